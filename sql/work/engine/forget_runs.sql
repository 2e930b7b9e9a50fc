-- Removes what was noted of runs that began more than seven days ago, but for the last run of each
-- slot, which its totals do not have yet (note_start). Of one slot, or of all. Returns how many.
-- Changes cronmill.run.
-- Executed by: begin_run, prune_tasks.
create or replace function cronmill.forget_runs(
    slot_id integer default null, max_runs integer default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    forgotten bigint;
begin
    delete from cronmill.run as r
    where r.run_id in (
        select o.run_id
        from cronmill.slot as s
        cross join lateral (
            select w.run_id
            from cronmill.run as w
            where w.slot_id = s.slot_id and w.started_at < clock_timestamp() - interval '7 days'
                and w.run_id is distinct from s.last_run_id
            order by w.started_at
            limit forget_runs.max_runs
        ) as o
        where forget_runs.slot_id is null or s.slot_id = forget_runs.slot_id
        limit forget_runs.max_runs
    );
    get diagnostics forgotten = row_count;
    return forgotten;
end
$function$;
comment on function cronmill.forget_runs(integer, integer)
    is 'Removes what was noted of runs more than seven days ago.';
revoke all on function cronmill.forget_runs(integer, integer) from public;

-- Removes what was noted of runs that began more than seven days ago; their slots keep the totals.
-- Of one slot, or of all. Returns how many. Changes cronmill.run and cronmill.slot.
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
    with gone as (
        delete from cronmill.run as r
        where r.run_id in (
            select o.run_id
            from cronmill.slot as s
            cross join lateral (
                select w.run_id
                from cronmill.run as w
                where w.slot_id = s.slot_id and w.started_at < clock_timestamp() - interval '7 days'
                order by w.started_at
                limit forget_runs.max_runs
            ) as o
            where forget_runs.slot_id is null or s.slot_id = forget_runs.slot_id
            limit forget_runs.max_runs
        )
        returning r.slot_id, r.done, r.failed, r.dead
    ),
    total as (
        select
            g.slot_id, count(*) as runs, sum(g.done) as done, sum(g.failed) as failed,
            sum(g.dead) as dead
        from gone as g
        group by g.slot_id
    ),
    noted as (
        update cronmill.slot as s
        set done = s.done + t.done, failed = s.failed + t.failed, dead = s.dead + t.dead
        from total as t
        where s.slot_id = t.slot_id
    )
    select coalesce(sum(t.runs), 0) into forgotten from total as t;
    return forgotten;
end
$function$;
comment on function cronmill.forget_runs(integer, integer)
    is 'Removes what was noted of runs more than seven days ago.';
revoke all on function cronmill.forget_runs(integer, integer) from public;

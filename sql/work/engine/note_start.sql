-- Notes that a run of a slot starts, and adds what the one before did to the slot's totals: those
-- are of all runs before the last one. The caller has the slot locked. Changes cronmill.slot and
-- cronmill.run.
-- Executed by: begin_run.
create or replace function cronmill.note_start(
    slot_id integer, now_at timestamptz, losses_in_row integer,
    out start_number bigint, out run_id bigint
)
returns record
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
begin
    insert into cronmill.run (slot_id, pid, started_at)
    values (note_start.slot_id, pg_catalog.pg_backend_pid(), note_start.now_at)
    returning run.run_id into note_start.run_id;
    update cronmill.slot as s
    set
        start_number = s.start_number + 1,
        started_at = note_start.now_at,
        owed_ticks = 0,
        losses_in_row = note_start.losses_in_row,
        last_run_id = note_start.run_id,
        done = s.done + coalesce(r.done, 0),
        failed = s.failed + coalesce(r.failed, 0),
        dead = s.dead + coalesce(r.dead, 0),
        waited = cronmill.add_histograms(s.waited, r.waited),
        worked = cronmill.add_histograms(s.worked, r.worked),
        failed_runs = s.failed_runs
            + (r.run_id is not null and cronmill.has_failed(r.end_reason))::integer
    from cronmill.slot as o
    left join cronmill.run as r on r.run_id = o.last_run_id
    where s.slot_id = note_start.slot_id and o.slot_id = s.slot_id
    returning s.start_number into note_start.start_number;
end
$function$;
comment on function cronmill.note_start(integer, timestamptz, integer)
    is 'Notes that a run of a slot starts, and what the one before did.';
revoke all on function cronmill.note_start(integer, timestamptz, integer) from public;

-- Writes the counters of a run that goes on; called every few seconds, not for every batch.
-- Changes cronmill.run. Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.note_progress(
    processor_id integer,
    run cronmill.run_start,
    done bigint,
    failed bigint,
    dead bigint
)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update cronmill.run as r
    set done = note_progress.done, failed = note_progress.failed, dead = note_progress.dead
    from cronmill.slot as s
    join cronmill.processor as p on p.processor_id = s.processor_id
    where r.run_id = (note_progress.run).run_id
        and s.slot_id = r.slot_id
        and p.processor_id = note_progress.processor_id
        and p.run_as = session_user;
end;
comment on function cronmill.note_progress(integer, cronmill.run_start, bigint, bigint, bigint) is 'Writes the counters of a run that goes on.';
revoke all on function cronmill.note_progress(integer, cronmill.run_start, bigint, bigint, bigint) from public;

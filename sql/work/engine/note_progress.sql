-- Writes the counters of a run that goes on; called a few times a second, not for every batch.
-- Removes finished tasks that have been kept long enough, about as many as have come in since.
-- Changes cronmill.run and cronmill.done_task.
-- Executed by: end_run, run; the processor's run-as role.
create or replace function cronmill.note_progress(
    processor_id integer, run cronmill.run_start, counters cronmill.counters
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
begin
    select p.queue_id, p.keep_done, r.done into settings
    from cronmill.run as r
    join cronmill.slot as s on s.slot_id = r.slot_id
    join cronmill.processor as p on p.processor_id = s.processor_id
    where r.run_id = (note_progress.run).run_id
        and p.processor_id = note_progress.processor_id
        and p.run_as = session_user;
    if not found then
        return;
    end if;
    update cronmill.run as r
    set
        done = (note_progress.counters).done,
        failed = (note_progress.counters).failed,
        dead = (note_progress.counters).dead,
        alone = (note_progress.counters).alone,
        waited = coalesce((note_progress.counters).waited, '{}'),
        worked = coalesce((note_progress.counters).worked, '{}')
    where r.run_id = (note_progress.run).run_id;
    if settings.keep_done is not null then
        delete from cronmill.done_task as d
        where d.ctid = any (array(
            select o.ctid
            from cronmill.done_task as o
            where o.queue_id = settings.queue_id
                and o.finished_at < clock_timestamp() - settings.keep_done
            order by o.finished_at
            limit least(100000, 1000 + 2 * ((note_progress.counters).done - settings.done))
            for update skip locked
        ));
    end if;
end
$function$;
comment on function cronmill.note_progress(integer, cronmill.run_start, cronmill.counters)
    is 'Writes the counters of a run that goes on.';
revoke all on function cronmill.note_progress(integer, cronmill.run_start, cronmill.counters)
    from public;

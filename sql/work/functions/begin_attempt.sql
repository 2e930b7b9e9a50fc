-- Charges a task that is locked with an attempt before it is made, and puts it off as after a failure, so that
-- a task that kills its backend is tried as often as any other and no more. One that has used up its
-- attempts so is buried. Returns its new place, null if it was buried. The caller commits before it goes on.
-- Changes cronmill.task and cronmill.dead_task. Executed by: claim.
create or replace function cronmill.begin_attempt(processor_id integer, slot_id integer, task_id bigint, place tid)
returns tid
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
    new_place tid;
begin
    select coalesce(t.max_attempts, p.max_attempts) as max_attempts, p.backoff_base, p.backoff_cap, t.attempts, t.began_at
    into strict settings
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    where t.ctid = begin_attempt.place
        and t.task_id = begin_attempt.task_id
        and p.processor_id = begin_attempt.processor_id;
    if settings.began_at is not null and settings.attempts >= settings.max_attempts then
        perform cronmill.bury(
            begin_attempt.task_id, begin_attempt.place, settings.attempts, 'MC020',
            'the attempt never ended',
            pg_catalog.format('Attempt %s began at %s; its backend was lost, or its commit failed.', settings.attempts, settings.began_at),
            'The server''s log has the reason.', null
        );
        return null;
    end if;
    update cronmill.task as t
    set
        attempts = t.attempts + 1,
        began_at = clock_timestamp(),
        taken_by = case when t.unique_key is not null then begin_attempt.slot_id end,
        -- A second at least: until the caller has locked it again, no other slot may take it for one that never ended.
        run_at = greatest(
            cronmill.retry_at(t.attempts + 1, settings.backoff_base, settings.backoff_cap),
            clock_timestamp() + interval '1 second')
    where t.ctid = begin_attempt.place and t.task_id = begin_attempt.task_id
    returning t.ctid into new_place;
    return new_place;
end
$function$;
comment on function cronmill.begin_attempt(integer, integer, bigint, tid) is 'Charges a task with an attempt before it is made.';
revoke all on function cronmill.begin_attempt(integer, integer, bigint, tid) from public;

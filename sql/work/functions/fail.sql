-- Charges a task with a failed attempt, unless begin_attempt has: it waits for its next one, or is dead after
-- the last. The handler may also have raised MC101 (later, no attempt used up) or MC102 (dead at once).
-- Returns retry, dead or snooze. Changes cronmill.task and cronmill.dead_task.
-- Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.fail(
    processor_id integer,
    task_id bigint,
    place tid,
    error cronmill.task_error
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
begin
    select
        coalesce(t.max_attempts, p.max_attempts) as max_attempts, p.backoff_base, p.backoff_cap,
        t.attempts + case when t.began_at is null then 1 else 0 end as attempts
    into settings
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    where t.ctid = fail.place
        and t.task_id = fail.task_id
        and p.processor_id = fail.processor_id
        and p.run_as = session_user;
    if not found then
        return 'retry';
    end if;
    if (fail.error).sqlstate = 'MC101' then
        begin
            perform cronmill.finish(
                fail.processor_id, array[fail.task_id], array[fail.place], cronmill.snooze((fail.error).detail::timestamptz));
            return 'snooze';
        exception
            when data_exception then
                -- Its detail is no time: a failure like any other.
                null;
        end;
    end if;
    if settings.attempts >= settings.max_attempts or (fail.error).sqlstate = 'MC102' then
        perform cronmill.bury(
            fail.task_id, fail.place, settings.attempts,
            (fail.error).sqlstate, (fail.error).message, (fail.error).detail, (fail.error).hint, (fail.error).context);
        return 'dead';
    end if;
    perform cronmill.put_back(
        fail.task_id, fail.place, settings.attempts,
        cronmill.retry_at(settings.attempts, settings.backoff_base, settings.backoff_cap), null, fail.error);
    return 'retry';
end
$function$;
comment on function cronmill.fail(integer, bigint, tid, cronmill.task_error) is 'Charges a task with a failed attempt: again later, or dead.';
revoke all on function cronmill.fail(integer, bigint, tid, cronmill.task_error) from public;

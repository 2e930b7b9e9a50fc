-- Charges a task with a failed attempt, unless begin_attempt has: it waits for its next one, or is dead after
-- the last. The handler may also have raised MC101 (later, no attempt used up) or MC102 (dead at once).
-- Returns retry, dead or snooze. Changes cronmill.task and cronmill.dead_task.
-- Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.fail(
    processor_id integer,
    task_id bigint,
    place tid,
    error_sqlstate text,
    error_message text,
    error_detail text,
    error_hint text,
    error_context text
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
begin
    select
        p.max_attempts, p.backoff_base, p.backoff_cap,
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
    if fail.error_sqlstate = 'MC101' then
        begin
            perform cronmill.finish(
                fail.processor_id, array[fail.task_id], array[fail.place], cronmill.snooze(fail.error_detail::timestamptz));
            return 'snooze';
        exception
            when data_exception then
                -- Its detail is no time: a failure like any other.
                null;
        end;
    end if;
    if settings.attempts >= settings.max_attempts or fail.error_sqlstate = 'MC102' then
        perform cronmill.bury(
            fail.task_id, fail.place, settings.attempts,
            fail.error_sqlstate, fail.error_message, fail.error_detail, fail.error_hint, fail.error_context);
        return 'dead';
    end if;
    update cronmill.task as t
    set
        attempts = settings.attempts,
        began_at = null,
        run_at = cronmill.retry_at(settings.attempts, settings.backoff_base, settings.backoff_cap),
        failed_at = clock_timestamp(),
        error_sqlstate = fail.error_sqlstate,
        error_message = fail.error_message,
        error_detail = nullif(fail.error_detail, ''),
        error_hint = nullif(fail.error_hint, ''),
        error_context = nullif(fail.error_context, '')
    where t.ctid = fail.place and t.task_id = fail.task_id;
    return 'retry';
end
$function$;
comment on function cronmill.fail(integer, bigint, tid, text, text, text, text, text) is 'Charges a task with a failed attempt: again later, or dead.';
revoke all on function cronmill.fail(integer, bigint, tid, text, text, text, text, text) from public;

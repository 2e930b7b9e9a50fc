-- Charges a task with a failed attempt: it waits for its next one (exponential backoff with jitter),
-- or is dead after the last. Returns true if it is dead. Changes cronmill.task and cronmill.dead_task.
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
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
    charged_at constant timestamptz := clock_timestamp();
begin
    select p.max_attempts, p.backoff_base, p.backoff_cap, t.attempts + 1 as attempts
    into settings
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    where t.ctid = fail.place and t.task_id = fail.task_id
        and p.processor_id = fail.processor_id
        and p.run_as = session_user;
    if not found then
        return false;
    end if;
    if settings.attempts < settings.max_attempts then
        update cronmill.task as t
        set
            attempts = settings.attempts,
            run_at = charged_at + (0.8 + 0.4 * random())
                * least(settings.backoff_cap, settings.backoff_base * 2.0 ^ least(settings.attempts - 1, 30)),
            failed_at = charged_at,
            error_sqlstate = fail.error_sqlstate,
            error_message = fail.error_message,
            error_detail = nullif(fail.error_detail, ''),
            error_hint = nullif(fail.error_hint, ''),
            error_context = nullif(fail.error_context, '')
        where t.ctid = fail.place and t.task_id = fail.task_id;
        return false;
    end if;
    with buried as (
        delete from cronmill.task as t
        where t.ctid = fail.place and t.task_id = fail.task_id
        returning t.task_id, t.queue_id, t.priority, t.run_at, t.enqueued_at, t.payload
    )
    insert into cronmill.dead_task (
        task_id, queue_id, priority, attempts, run_at, enqueued_at, payload,
        failed_at, error_sqlstate, error_message, error_detail, error_hint, error_context
    )
    select
        b.task_id, b.queue_id, b.priority, settings.attempts, b.run_at, b.enqueued_at, b.payload,
        charged_at, fail.error_sqlstate, fail.error_message, nullif(fail.error_detail, ''),
        nullif(fail.error_hint, ''), nullif(fail.error_context, '')
    from buried as b;
    return true;
end
$function$;
comment on function cronmill.fail(integer, bigint, tid, text, text, text, text, text) is 'Charges a task with a failed attempt: retry later, or dead.';
revoke all on function cronmill.fail(integer, bigint, tid, text, text, text, text, text) from public;

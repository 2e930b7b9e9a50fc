-- Charges a task with a failed attempt, unless begin_attempt has: it waits for its next one, or is
-- dead after the last. The handler may also have raised MC101 (later, no attempt used up) or MC102
-- (dead at once). Returns retry, dead or snooze; null if it is not in its place any more. Changes
-- cronmill.task and cronmill.dead_task.
-- Executed by: fail of many tasks.
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
        and p.processor_id = fail.processor_id;
    if not found then
        return null;
    end if;
    if (fail.error).sqlstate = 'MC101' then
        begin
            perform cronmill.finish(
                fail.processor_id, array[fail.task_id], array[fail.place],
                cronmill.snooze((fail.error).detail::timestamptz));
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
            (fail.error).sqlstate, (fail.error).message, (fail.error).detail, (fail.error).hint,
            (fail.error).context);
        return 'dead';
    end if;
    perform cronmill.put_back(
        fail.task_id, fail.place, settings.attempts,
        cronmill.retry_at(settings.attempts, settings.backoff_base, settings.backoff_cap),
        null, fail.error);
    return 'retry';
end
$function$;
comment on function cronmill.fail(integer, bigint, tid, cronmill.task_error)
    is 'Charges a task with a failed attempt: again later, or dead.';
revoke all on function cronmill.fail(integer, bigint, tid, cronmill.task_error) from public;

-- Charges tasks that are locked with a failed attempt each, and counts them. Most of them wait for
-- their next one: these are put back in one statement, each as a row of its own (put_back), the
-- others one by one. Changes cronmill.task, cronmill.dead_task and cronmill.failed_attempt.
-- Executed by: retry_in_parts; the processor's run-as role.
create or replace function cronmill.fail(
    processor_id integer,
    task_ids bigint[],
    places tid[],
    errors cronmill.task_error[],
    counters cronmill.counters
)
returns cronmill.counters
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
    counted cronmill.counters := fail.counters;
    retried bigint;
    one record;
    ended text;
begin
    select p.queue_id, p.max_attempts, p.backoff_base, p.backoff_cap into settings
    from cronmill.processor as p
    where p.processor_id = fail.processor_id
        and p.run_as = session_user;
    if not found then
        return counted;
    end if;
    if (fail.errors[1]).ended_at is not null then
        perform cronmill.note_attempts(fail.processor_id, fail.task_ids, fail.places, fail.errors);
    end if;
    with charged as materialized (
        delete from cronmill.task as t
        where t.ctid = any (fail.places)
            and t.queue_id = settings.queue_id
            and t.task_id = any (fail.task_ids)
            and t.unique_key is null
            and t.attempts + (t.began_at is null)::integer
                < coalesce(t.max_attempts, settings.max_attempts)
            and t.task_id <> all (array(
                select f.task_id
                from unnest(fail.task_ids, fail.errors)
                    as f (task_id, sqlstate, message, detail, hint, context)
                where f.sqlstate in ('MC101', 'MC102')
            ))
        returning t.*, t.attempts + (t.began_at is null)::integer as charged_attempts
    )
    insert into cronmill.task (
        task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, group_key, timeout,
        max_attempts, failed_at, error_sqlstate, error_message, error_detail, error_hint,
        error_context, tags, graph_id
    )
    overriding system value
    -- However often it is named, a task stays one row.
    select distinct on (c.task_id)
        c.task_id, c.queue_id, c.priority, c.charged_attempts,
        cronmill.retry_at(c.charged_attempts, settings.backoff_base, settings.backoff_cap),
        c.enqueued_at, c.payload, c.group_key, c.timeout, c.max_attempts,
        clock_timestamp(), f.sqlstate, f.message, nullif(f.detail, ''), nullif(f.hint, ''),
        nullif(f.context, ''), c.tags, c.graph_id
    from unnest(fail.task_ids, fail.errors) as f (task_id, sqlstate, message, detail, hint, context)
    join charged as c on c.task_id = f.task_id
    order by c.task_id;
    get diagnostics retried = row_count;
    counted.failed := counted.failed + retried;
    if retried < cardinality(fail.task_ids) then
        for one in
            select
                f.task_id, f.place,
                (f.sqlstate, f.message, f.detail, f.hint, f.context, null, null)
                    ::cronmill.task_error as error
            from unnest(fail.task_ids, fail.places, fail.errors)
                as f (task_id, place, sqlstate, message, detail, hint, context)
        loop
            ended := cronmill.fail(fail.processor_id, one.task_id, one.place, one.error);
            counted.failed := counted.failed + ((ended in ('retry', 'dead')) is true)::integer;
            counted.dead := counted.dead + ((ended = 'dead') is true)::integer;
        end loop;
    end if;
    return counted;
end
$function$;
comment on function cronmill.fail(
    integer, bigint[], tid[], cronmill.task_error[], cronmill.counters)
    is 'Charges tasks with a failed attempt each, and counts them.';
revoke all on function cronmill.fail(
    integer, bigint[], tid[], cronmill.task_error[], cronmill.counters) from public;

-- Puts tasks with settings of their own into a queue, in the order of the array; returns how many,
-- without those whose unique key a waiting task has already (see enqueue). An error names the
-- envelope in its detail. Changes cronmill.task.
-- Executed by: producers.
create or replace function cronmill.enqueue_envelopes(
    queue text,
    envelopes jsonb[],
    priority integer default 0,
    run_at timestamptz default clock_timestamp(),
    unique_key text default null,
    group_key text default null,
    timeout interval default null,
    max_attempts integer default null,
    tags text[] default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    known_queue_id constant integer := cronmill.producer_queue_id(enqueue_envelopes.queue);
    defaults constant cronmill.task_settings := (
        null, enqueue_envelopes.priority::smallint, enqueue_envelopes.run_at,
        enqueue_envelopes.unique_key, enqueue_envelopes.group_key, enqueue_envelopes.timeout,
        enqueue_envelopes.max_attempts::smallint, cronmill.check_tags(enqueue_envelopes.tags)
    )::cronmill.task_settings;
    list constant jsonb[] := cronmill.as_list(enqueue_envelopes.envelopes);
    tasks cronmill.task_settings[] := array[]::cronmill.task_settings[];
    new_ids bigint[];
    held_keys text[] := array[]::text[];
    keys text[];
    row_total bigint := 0;
    rows_now bigint;
    error_hint text;
begin
    for i in 1 .. cardinality(list) loop
        begin
            tasks[i] := cronmill.read_envelope(list[i], defaults);
        exception
            when data_exception then
                get stacked diagnostics error_hint = pg_exception_hint;
                raise exception using
                    errcode = sqlstate, message = sqlerrm,
                    detail = pg_catalog.format('Envelope %s.', i), hint = error_hint;
        end;
    end loop;
    if exists (select from unnest(tasks) as t where t.unique_key is not null) then
        perform cronmill.hold_lost_keys(
            known_queue_id, array(select t.unique_key from unnest(tasks) as t));
    end if;
    -- Numbered in their order, and inserted in that of their keys: two producers with the same keys
    -- wait for each other, and do not deadlock.
    select array_agg(nextval('cronmill.task_task_id_seq')) into new_ids
    from generate_subscripts(tasks, 1);
    loop
        with made as (
            insert into cronmill.task (
                task_id, queue_id, priority, run_at, payload, unique_key, group_key, timeout,
                max_attempts, tags
            )
            overriding system value
            select
                n.task_id, known_queue_id, t.priority, t.run_at, t.payload,
                t.unique_key, t.group_key, t.timeout, t.max_attempts, t.tags
            from unnest(tasks) with ordinality as t (
                payload, priority, run_at, unique_key, group_key, timeout, max_attempts, tags,
                position
            )
            join unnest(new_ids) with ordinality as n (task_id, position) on n.position = t.position
            where keys is null or t.unique_key = any (keys)
            order by t.unique_key, t.position
            on conflict (queue_id, unique_key)
                where unique_key is not null and taken_by is null do nothing
            returning task.unique_key
        )
        select
            count(*), held_keys || array_agg(m.unique_key) filter (where m.unique_key is not null)
        into rows_now, held_keys
        from made as m;
        row_total := row_total + rows_now;
        -- Those that wait already are locked, so that no slot begins them before this transaction
        -- ends; where one is gone meanwhile there is room now.
        with held as (
            select t.unique_key
            from cronmill.task as t
            where t.queue_id = known_queue_id
                and t.taken_by is null
                and t.unique_key = any (array(select s.unique_key from unnest(tasks) as s))
                and t.unique_key <> all (held_keys)
            order by t.unique_key
            for share
        )
        select held_keys || array_agg(h.unique_key) into held_keys from held as h;
        select array_agg(distinct t.unique_key) into keys
        from unnest(tasks) as t
        where t.unique_key is not null and t.unique_key <> all (held_keys);
        exit when keys is null;
    end loop;
    perform cronmill.wake(known_queue_id);
    return row_total;
end
$function$;
comment on function cronmill.enqueue_envelopes(
    text, jsonb[], integer, timestamptz, text, text, interval, integer, text[])
    is 'Puts tasks with settings of their own into a queue, returns how many.';
revoke all on function cronmill.enqueue_envelopes(
    text, jsonb[], integer, timestamptz, text, text, interval, integer, text[]) from public;

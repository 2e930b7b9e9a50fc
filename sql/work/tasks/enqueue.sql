-- Puts one task into a queue and returns its number. With a unique key it returns the task that
-- waits with this key already, if there is one; that task is not begun before the caller's
-- transaction ends, so its handler sees what the caller has changed. Never waits for a handler.
-- Changes cronmill.task.
-- Executed by: producers.
create or replace function cronmill.enqueue(
    queue text,
    payload jsonb,
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
    known_queue_id integer;
    is_named boolean;
    found_id bigint;
begin
    -- As producer_queue_id does; the owner is asked no more than needed.
    select q.queue_id, q.is_named into known_queue_id, is_named
    from cronmill.find_queue(enqueue.queue) as q;
    if is_named is not true then
        perform cronmill.assert_own_doing();
        if known_queue_id is null or not pg_has_role(session_user, current_user, 'member') then
            perform cronmill.assert_producer(enqueue.queue, known_queue_id);
        end if;
    end if;
    if num_nonnulls(
        enqueue.unique_key, enqueue.group_key, enqueue.timeout, enqueue.max_attempts) > 0
    then
        perform cronmill.check_task(
            enqueue.unique_key, enqueue.group_key, enqueue.timeout, enqueue.max_attempts);
    end if;
    if enqueue.tags is not null then
        enqueue.tags := cronmill.check_tags(enqueue.tags);
    end if;
    if enqueue.unique_key is null then
        -- The statement below would do, but takes longer.
        insert into cronmill.task (
            queue_id, priority, run_at, payload, group_key, timeout, max_attempts, tags
        )
        values (
            known_queue_id, enqueue.priority, cronmill.within_time(enqueue.run_at), enqueue.payload,
            enqueue.group_key, enqueue.timeout, enqueue.max_attempts, enqueue.tags
        )
        returning task.task_id into found_id;
    else
        perform cronmill.hold_lost_keys(known_queue_id, array[enqueue.unique_key]);
    end if;
    while found_id is null loop
        insert into cronmill.task (
            queue_id, priority, run_at, payload, unique_key, group_key, timeout, max_attempts, tags
        )
        values (
            known_queue_id, enqueue.priority, cronmill.within_time(enqueue.run_at), enqueue.payload,
            enqueue.unique_key, enqueue.group_key, enqueue.timeout, enqueue.max_attempts,
            enqueue.tags
        )
        on conflict (queue_id, unique_key)
            where unique_key is not null and taken_by is null do nothing
        returning task.task_id into found_id;
        exit when found_id is not null;
        -- Locked, so that no slot begins it before this transaction ends. It may be gone by now:
        -- then there is room.
        select t.task_id into found_id
        from cronmill.task as t
        where t.queue_id = known_queue_id
            and t.unique_key = enqueue.unique_key
            and t.taken_by is null
        for share;
    end loop;
    if pg_sequence_last_value('cronmill.asleep'::regclass) & cronmill.queue_bit(known_queue_id) <> 0
    then
        perform cronmill.ring(known_queue_id);
    end if;
    return found_id;
end
$function$;
comment on function cronmill.enqueue(
    text, jsonb, integer, timestamptz, text, text, interval, integer, text[])
    is 'Puts one task into a queue, returns its number, or that of the task that waits with '
        'the same unique key.';
revoke all on function cronmill.enqueue(
    text, jsonb, integer, timestamptz, text, text, interval, integer, text[]) from public;

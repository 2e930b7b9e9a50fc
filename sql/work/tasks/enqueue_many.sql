-- Puts many tasks into a queue in one statement, in the order of the array; returns how many.
-- Changes cronmill.task.
-- Executed by: producers.
create or replace function cronmill.enqueue_many(
    queue text,
    payloads jsonb[],
    priority integer default 0,
    run_at timestamptz default clock_timestamp(),
    group_key text default null,
    timeout interval default null,
    max_attempts integer default null,
    tags text[] default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    known_queue_id constant integer := cronmill.producer_queue_id(enqueue_many.queue);
    due_at constant timestamptz := cronmill.within_time(enqueue_many.run_at);
    row_total bigint;
begin
    perform cronmill.check_task(
        null, enqueue_many.group_key, enqueue_many.timeout, enqueue_many.max_attempts);
    if enqueue_many.tags is not null then
        enqueue_many.tags := cronmill.check_tags(enqueue_many.tags);
    end if;
    insert into cronmill.task (
        queue_id, priority, run_at, payload, group_key, timeout, max_attempts, tags
    )
    -- In the select list, unnest gives row by row; in the from clause it would fill a temporary
    -- file first.
    select
        known_queue_id, enqueue_many.priority, due_at, unnest(enqueue_many.payloads),
        enqueue_many.group_key, enqueue_many.timeout, enqueue_many.max_attempts,
        enqueue_many.tags;
    get diagnostics row_total = row_count;
    if pg_sequence_last_value('cronmill.asleep'::regclass) & cronmill.queue_bit(known_queue_id) <> 0
    then
        perform cronmill.ring(known_queue_id);
    end if;
    return row_total;
end
$function$;
comment on function cronmill.enqueue_many(
    text, jsonb[], integer, timestamptz, text, interval, integer, text[])
    is 'Puts an array of tasks into a queue in one statement, returns how many.';
revoke all on function cronmill.enqueue_many(
    text, jsonb[], integer, timestamptz, text, interval, integer, text[]) from public;

-- Puts one task into a queue and returns its key. Changes cronmill.task.
-- Executed by: producers.
create or replace function cronmill.enqueue(
    queue text,
    payload jsonb,
    priority integer default 0,
    run_at timestamptz default clock_timestamp()
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    new_id bigint;
begin
    insert into cronmill.task (queue_id, priority, run_at, payload)
    values (cronmill.queue_id(enqueue.queue), enqueue.priority, enqueue.run_at, enqueue.payload)
    returning task.task_id into new_id;
    return new_id;
end
$function$;
comment on function cronmill.enqueue(text, jsonb, integer, timestamptz) is 'Puts one task into a queue, returns its key.';
revoke all on function cronmill.enqueue(text, jsonb, integer, timestamptz) from public;

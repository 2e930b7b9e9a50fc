-- Puts a row of an adopted table into its queue; false if it has to stay where it is: its payload
-- is no JSON, or a task waits with its key. Where rows merges, that task is given the row's
-- priority on top of its own instead. No rights of the caller are looked at: that of inserting into
-- the old table is what counts there. Changes cronmill.task.
-- Executed by: the triggers of adopted tables, as their owner; cronmill migrate takeover.
create or replace function cronmill.adopt_task(
    queue_id integer,
    payload jsonb,
    priority integer,
    attempts integer,
    run_at timestamptz,
    enqueued_at timestamptz,
    unique_key text,
    merges boolean
)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
begin
    if adopt_task.payload is null or octet_length(adopt_task.unique_key) not between 1 and 1000 then
        return false;
    end if;
    if adopt_task.unique_key is not null then
        perform cronmill.hold_lost_keys(adopt_task.queue_id, array[adopt_task.unique_key]);
    end if;
    if adopt_task.merges then
        insert into cronmill.task as t (
            queue_id, payload, priority, attempts, run_at, enqueued_at, unique_key
        )
        values (
            adopt_task.queue_id, adopt_task.payload, adopt_task.priority, adopt_task.attempts,
            coalesce(cronmill.within_time(adopt_task.run_at), statement_timestamp()),
            coalesce(cronmill.within_time(adopt_task.enqueued_at), statement_timestamp()),
            adopt_task.unique_key
        )
        on conflict (queue_id, unique_key) where unique_key is not null and taken_by is null
            do update set priority = least(9, t.priority + excluded.priority);
        return true;
    end if;
    insert into cronmill.task (
        queue_id, payload, priority, attempts, run_at, enqueued_at, unique_key
    )
    values (
        adopt_task.queue_id, adopt_task.payload, adopt_task.priority, adopt_task.attempts,
        coalesce(cronmill.within_time(adopt_task.run_at), statement_timestamp()),
        coalesce(cronmill.within_time(adopt_task.enqueued_at), statement_timestamp()),
        adopt_task.unique_key
    )
    on conflict (queue_id, unique_key) where unique_key is not null and taken_by is null do nothing;
    return found;
end
$function$;
comment on function cronmill.adopt_task(
    integer, jsonb, integer, integer, timestamptz, timestamptz, text, boolean)
    is 'Puts a row of an adopted table into its queue; false if it has to stay where it is.';
revoke all on function cronmill.adopt_task(
    integer, jsonb, integer, integer, timestamptz, timestamptz, text, boolean) from public;

-- Puts the task of a template's tick into its queue, and returns its number; null if there is none,
-- because one with its key waits. With overlap skip also where one is at work: while its row is
-- deleted and not committed, everybody else still sees it, so no handler is waited for. To that
-- end such a task has a key: its own, or one by the template's name. Changes cronmill.task.
-- Executed by: fire_tick.
create or replace function cronmill.make_tick(template cronmill.recurring, tick timestamptz)
returns bigint
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    known_queue_id constant integer := (make_tick.template).queue_id;
    defaults cronmill.task_settings;
    task cronmill.task_settings;
    made_id bigint;
begin
    defaults.priority := 0;
    defaults.run_at := make_tick.tick;
    task := cronmill.read_envelope((make_tick.template).template, defaults);
    task.payload := task.payload || cronmill.tick_payload(make_tick.tick);
    if (make_tick.template).overlap = 'skip' then
        task.unique_key := coalesce(
            task.unique_key, pg_catalog.format('recurring %s', (make_tick.template).name));
        if exists (
            select
            from cronmill.task as t
            where t.queue_id = known_queue_id and t.unique_key = task.unique_key
                and t.taken_by is null
        ) or exists (
            select
            from cronmill.task as t
            where t.queue_id = known_queue_id and t.unique_key = task.unique_key
                and t.taken_by is not null
        ) then
            return null;
        end if;
    elsif task.unique_key is not null then
        perform cronmill.hold_lost_keys(known_queue_id, array[task.unique_key]);
    end if;
    -- The statement is the call of a run, which may have begun a minute ago.
    insert into cronmill.task (
        queue_id, priority, run_at, enqueued_at, payload, unique_key, group_key, timeout,
        max_attempts, tags
    )
    values (
        known_queue_id, task.priority, task.run_at, clock_timestamp(), task.payload,
        task.unique_key, task.group_key, task.timeout, task.max_attempts,
        task.tags
    )
    on conflict (queue_id, unique_key)
        where unique_key is not null and taken_by is null do nothing
    returning task.task_id into made_id;
    return made_id;
end
$function$;
comment on function cronmill.make_tick(cronmill.recurring, timestamptz)
    is 'Puts the task of a template''s tick into its queue; null if one with its key waits.';
revoke all on function cronmill.make_tick(cronmill.recurring, timestamptz) from public;

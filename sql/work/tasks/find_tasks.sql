-- Tasks of a queue, or of all, in a state: waiting, which is ready, scheduled and retrying; or one
-- of these; dead; done and kept. With all of some tags, with one of others, with what the payload
-- contains; with the SQLSTATE of their last failure. They come as `cronmill tasks` shows them: what
-- waits in the order in which it is claimed, dead ones by number, finished ones from the latest on.
-- With after_id they come by number, those beyond it: to read many part by part, the first with 0.
-- It asks with the rights of its caller: of a role that may not read payloads they are null, and so
-- are keys and what quotes them in errors; and it may not search them.
-- Of the two ways to find by tags each is wrong where the other is right, and what the planner
-- knows of a queue is old at once: so the plans are forced. First the order is walked, some
-- thousand tasks; what many tasks have is found there. Else the index of tags has few, or is worth
-- its cost.
-- Executed by: operators, monitors; cancel_tasks, purge_dead, redrive.
create or replace function cronmill.find_tasks(
    queue text default null,
    tags_all text[] default null,
    tags_any text[] default null,
    payload_contains jsonb default null,
    state text default 'waiting',
    after_id bigint default null,
    max_tasks integer default 50,
    failed_with text default null
)
returns table (
    queue_name text, task_id bigint, task_state text, priority integer, attempts integer,
    run_at timestamptz, enqueued_at timestamptz, began_at timestamptz, finished_at timestamptz,
    payload jsonb, unique_key text, group_key text, timeout interval, max_attempts integer,
    tags text[], failed_at timestamptz, error_sqlstate text, error_message text, error_detail text,
    error_hint text, error_context text
)
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_indexscan = on
set jit = off
as $function$
#variable_conflict use_column
declare
    wanted_all constant text[] := cronmill.check_tags(find_tasks.tags_all, true);
    wanted_any constant text[] := cronmill.check_tags(find_tasks.tags_any, true);
    place constant text := case when find_tasks.state in ('dead', 'done')
        then find_tasks.state || '_task' else 'task' end;
    sees_payloads constant boolean :=
        has_column_privilege('cronmill.' || place, 'payload', 'select');
    is_search constant boolean :=
        num_nonnulls(wanted_all, wanted_any, find_tasks.payload_contains) > 0;
    by_number constant boolean := find_tasks.after_id is not null;
    fits constant text := cronmill.task_condition(
        'true', wanted_all is not null, wanted_any is not null,
        find_tasks.payload_contains is not null, find_tasks.failed_with is not null);
    in_order constant text := case
        when by_number or place = 'dead_task' then 't.task_id'
        when place = 'done_task' then 't.finished_at desc, t.task_id desc'
        else 't.run_at, t.task_id' end;
    at_most constant bigint := coalesce(find_tasks.max_tasks, 9223372036854775807);
    -- There is no index of SQLSTATEs: the order is walked until there are enough.
    steps constant bigint := case
        when is_search then greatest(2000, 2 * least(at_most, 1000000000))
        when find_tasks.failed_with is null then at_most
        else 9223372036854775807 end;
    queue_ids integer[];
    names text[];
    walk_ids integer[];
    levels integer[];
    source text;
    is_walked boolean;
begin
    if find_tasks.state is null
        or find_tasks.state not in ('waiting', 'ready', 'scheduled', 'retrying', 'dead', 'done')
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('no task has the state "%s"', find_tasks.state),
            hint = 'It is waiting, ready, scheduled, retrying, dead or done.';
    end if;
    if find_tasks.max_tasks < 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('max_tasks is %s', find_tasks.max_tasks),
            hint = 'It is how many are given at most; null is all.';
    end if;
    if find_tasks.payload_contains is not null then
        perform cronmill.assert_searchable(find_tasks.queue, place, sees_payloads);
    end if;
    if find_tasks.queue is not null then
        queue_ids := array[cronmill.queue_id(find_tasks.queue)];
        names := array[find_tasks.queue];
    else
        select array_agg(q.queue_id order by q.name), array_agg(q.name order by q.name)
        into queue_ids, names
        from cronmill.queue as q;
    end if;
    select array_agg(q.id order by q.n, l.level desc), array_agg(l.level order by q.n, l.level desc)
    into walk_ids, levels
    from unnest(queue_ids) with ordinality as q (id, n)
    cross join generate_series(0, case when place = 'task' then 9 else 0 end) as l (level);
    source := cronmill.task_walk(
        find_tasks.state, sees_payloads, by_number,
        case when find_tasks.queue is not null then queue_ids[1] end);
    is_walked := not is_search;
    if is_search and find_tasks.max_tasks is not null and not (by_number and place = 'task') then
        -- Found, or there is no more than was walked.
        execute pg_catalog.format(
            'select (select count(*) from (select from (%1$s) as t where %2$s limit $9) as t) = $9 '
                'or (select count(*) from (%1$s) as t) < $10',
            source, fits)
        into is_walked
        using queue_ids, levels, wanted_all, wanted_any, find_tasks.payload_contains, null, null,
            find_tasks.after_id, at_most, steps, names, walk_ids, find_tasks.failed_with;
    end if;
    if not is_walked then
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_bitmapscan', 'on', true);
        source := cronmill.task_search(
            find_tasks.state, sees_payloads, wanted_all is not null, wanted_any is not null,
            find_tasks.payload_contains is not null, by_number,
            case when find_tasks.queue is not null then queue_ids[1] end);
    end if;
    return query execute pg_catalog.format(
        'select ($11)[array_position($1, t.queue_id)], t.task_id, %s, t.priority::integer, '
            't.attempts::integer, t.run_at, t.enqueued_at, t.began_at, t.finished_at, t.payload, '
            't.unique_key, t.group_key, t.timeout, t.max_attempts::integer, t.tags, t.failed_at, '
            't.error_sqlstate, t.error_message, t.error_detail, t.error_hint, t.error_context '
            'from (select * from (%s) as t where %s%s) as t order by %s limit $9',
        case when place = 'task'
            then 'case when t.run_at <= statement_timestamp() then ''ready'' '
                'when t.attempts > 0 then ''retrying'' else ''scheduled'' end'
            else quote_literal(find_tasks.state) end,
        source, fits, case when is_walked then ' limit $9' end,
        concat_ws(', ',
            case when not by_number then 'array_position($1, t.queue_id)' end,
            case when not by_number and place = 'task' then 't.priority desc' end,
            in_order))
    using queue_ids, levels, wanted_all, wanted_any, find_tasks.payload_contains,
        cronmill.tag_keys(wanted_all), cronmill.tag_keys(wanted_any),
        find_tasks.after_id, at_most, steps, names, walk_ids, find_tasks.failed_with;
end
$function$;
comment on function cronmill.find_tasks(
    text, text[], text[], jsonb, text, bigint, integer, text)
    is 'Finds tasks in a state, by tags, by what the payload contains, by SQLSTATE.';
revoke all on function cronmill.find_tasks(
    text, text[], text[], jsonb, text, bigint, integer, text) from public;

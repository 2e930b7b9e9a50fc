-- Reads an envelope of a graph: that of a task, and besides ref, after, join and queue. Of those it
-- checks the form only; what is in after, read_edges does. A unique key is refused: to insert it
-- would wait for whoever enqueues with the same, while the whole graph is locked.
-- Executed by: add_nodes.
create or replace function cronmill.read_node(envelope jsonb, defaults cronmill.task_settings)
returns cronmill.task_settings
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    fields constant text[] := array['ref', 'after', 'join', 'queue'];
    unknown constant jsonb := case
        when jsonb_typeof(read_node.envelope) = 'object' then read_node.envelope - fields - array[
            'payload', 'priority', 'run_at', 'unique_key', 'group_key', 'timeout', 'max_attempts',
            'tags']
    end;
    ref constant jsonb := nullif(read_node.envelope -> 'ref', 'null');
    after constant jsonb := nullif(read_node.envelope -> 'after', 'null');
    queue constant jsonb := nullif(read_node.envelope -> 'queue', 'null');
begin
    if jsonb_typeof(read_node.envelope -> 'unique_key') <> 'null' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a task of a graph may not have a unique key',
            hint = 'Have its handler enqueue the one that may wait once only.';
    end if;
    if unknown <> '{}' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'an envelope of a graph has no field "%s"',
                (select min(k.name) from jsonb_object_keys(unknown) as k (name))),
            hint = 'Its fields are payload, priority, run_at, group_key, timeout, '
                'max_attempts, tags, and ref, after, join and queue.';
    end if;
    if jsonb_typeof(ref) <> 'string'
        or octet_length(ref #>> '{}') not between 1 and 200
        or ref #>> '{}' ~ '[\x01-\x1f\x7f]'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a ref is a text of 1 to 200 bytes without control characters',
            hint = 'It is what the other envelopes of the graph call this one in "after".';
    end if;
    if read_node.envelope ->> 'join' not in ('all', 'one') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('join is %s', read_node.envelope -> 'join'),
            hint = 'It is "all", or "one": ready when one of those it comes after has ended so.';
    end if;
    if jsonb_typeof(queue) <> 'string' or queue = '""' then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'queue is no name of a queue';
    end if;
    if jsonb_typeof(after) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('"after" is no list: %s', left(after::text, 200)),
            hint = 'Such as ["a", {"ref": "b", "on": "dead"}].';
    end if;
    return cronmill.read_envelope(
        case
            when jsonb_typeof(read_node.envelope) = 'object' then read_node.envelope - fields
            else read_node.envelope
        end,
        read_node.defaults);
end
$function$;
comment on function cronmill.read_node(jsonb, cronmill.task_settings)
    is 'Reads an envelope of a graph.';
revoke all on function cronmill.read_node(jsonb, cronmill.task_settings) from public;

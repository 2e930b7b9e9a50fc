-- Reads an envelope of a graph: that of a task, and besides ref, after, join and queue. Of those it
-- checks the form only. A unique key is refused: to insert it would wait for whoever enqueues with
-- the same, while the whole graph is locked.
-- Executed by: add_nodes.
create or replace function cronmill.read_node(envelope jsonb, defaults cronmill.task_settings)
returns cronmill.task_settings
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    fields constant text[] := array['ref', 'after', 'join', 'queue'];
    -- Fields that are null are as good as missing.
    given constant jsonb := case
        when jsonb_typeof(read_node.envelope) = 'object' and read_node.envelope ?| fields
            then jsonb_strip_nulls(read_node.envelope - 'payload')
        else '{}'
    end;
    wrong jsonb;
begin
    if jsonb_typeof(read_node.envelope -> 'unique_key') <> 'null' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a task of a graph may not have a unique key',
            hint = 'Have its handler enqueue the one that may wait once only.';
    end if;
    if given = '{}' then
        return cronmill.read_envelope(
            case
                when jsonb_typeof(read_node.envelope) = 'object' then read_node.envelope - fields
                else read_node.envelope
            end,
            read_node.defaults);
    end if;
    if jsonb_typeof(given -> 'ref') <> 'string'
        or octet_length(given ->> 'ref') not between 1 and 200
        or given ->> 'ref' ~ '[\x01-\x1f\x7f]'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a ref is a text of 1 to 200 bytes without control characters',
            hint = 'It is what the other envelopes of the graph call this one in "after".';
    end if;
    if given ->> 'join' not in ('all', 'one') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('join is %s', given -> 'join'),
            hint = 'It is "all", or "one": ready when one of those it comes after has ended so.';
    end if;
    if jsonb_typeof(given -> 'queue') <> 'string' then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'queue is no name of a queue';
    end if;
    select a.value
    into wrong
    from jsonb_array_elements(
        case jsonb_typeof(given -> 'after')
            when 'array' then given -> 'after'
            else jsonb_build_array(given -> 'after')
        end
    ) as a (value)
    where given ? 'after'
        and case
            when jsonb_typeof(given -> 'after') <> 'array' then true
            when jsonb_typeof(a.value) = 'string' then false
            when jsonb_typeof(a.value) = 'object' then
                (jsonb_typeof(a.value -> 'ref') = 'string') is not true
                or a.value ->> 'on' not in ('done', 'dead', 'any')
                or a.value - '{ref,on,if}'::text[] <> '{}'
                -- Only what is done has a result.
                or a.value ? 'if' and a.value ->> 'on' <> 'done'
            else true
        end;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('"after" cannot be read: %s', left(wrong::text, 200)),
            hint = 'It is a list of refs, or of {"ref": "a", "on": "done", "if": {"ok": true}}; '
                '"on" is done, dead or any; "if", only with done, what the result has to contain.';
    end if;
    return cronmill.read_envelope(read_node.envelope - fields, read_node.defaults);
end
$function$;
comment on function cronmill.read_node(jsonb, cronmill.task_settings)
    is 'Reads an envelope of a graph.';
revoke all on function cronmill.read_node(jsonb, cronmill.task_settings) from public;

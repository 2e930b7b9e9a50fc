-- Reads an envelope, {"payload": ..., "priority": ...}: a task with settings of its own. Fields
-- that are missing or null are taken from the call's; tags of its own are instead of the call's.
-- Executed by: enqueue_envelopes, make_tick, read_node, try_template.
create or replace function cronmill.read_envelope(envelope jsonb, defaults cronmill.task_settings)
returns cronmill.task_settings
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    read cronmill.task_settings := read_envelope.defaults;
    unknown text;
begin
    if (jsonb_typeof(read_envelope.envelope) = 'object' and read_envelope.envelope ? 'payload')
        is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an envelope is an object with a payload',
            hint = 'Such as {"payload": {"to": 1}, "priority": 5}.';
    end if;
    select k.name into unknown
    from jsonb_object_keys(read_envelope.envelope) as k (name)
    where k.name not in (
        'payload', 'priority', 'run_at', 'unique_key', 'group_key', 'timeout', 'max_attempts',
        'tags');
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('an envelope has no field "%s"', unknown),
            hint = 'Its fields are payload, priority, run_at, unique_key, group_key, '
                'timeout, max_attempts and tags.';
    end if;
    read.payload := read_envelope.envelope -> 'payload';
    read.priority := coalesce((read_envelope.envelope ->> 'priority')::smallint, read.priority);
    read.run_at := coalesce((read_envelope.envelope ->> 'run_at')::timestamptz, read.run_at);
    read.unique_key := coalesce(read_envelope.envelope ->> 'unique_key', read.unique_key);
    read.group_key := coalesce(read_envelope.envelope ->> 'group_key', read.group_key);
    read.timeout := coalesce((read_envelope.envelope ->> 'timeout')::interval, read.timeout);
    read.max_attempts := coalesce(
        (read_envelope.envelope ->> 'max_attempts')::smallint, read.max_attempts);
    if jsonb_typeof(read_envelope.envelope -> 'tags') <> 'null' then
        if jsonb_typeof(read_envelope.envelope -> 'tags') <> 'array'
            or read_envelope.envelope @? 'strict $.tags[*] ? (@.type() != "string")'
        then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the tags of an envelope are no list of texts',
                hint = 'Such as {"payload": {"to": 1}, "tags": ["customer:7", "urgent"]}.';
        end if;
        read.tags := cronmill.check_tags(
            array(select t.tag from jsonb_array_elements_text(read_envelope.envelope -> 'tags')
                as t (tag)));
    end if;
    read.run_at := cronmill.within_time(read.run_at);
    perform cronmill.check_task(read.unique_key, read.group_key, read.timeout, read.max_attempts);
    if read.priority not between 0 and 9 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('priority %s is not a number from 0 to 9', read.priority);
    end if;
    return read;
end
$function$;
comment on function cronmill.read_envelope(jsonb, cronmill.task_settings)
    is 'Reads a task with settings of its own.';
revoke all on function cronmill.read_envelope(jsonb, cronmill.task_settings) from public;

-- Refuses what is no template of a recurring task, or of a graph: the task of a tick, or a list of
-- such as "graph", and its name, on_dead and keep. Whether their other fields are right is tried
-- (try_template).
-- Executed by: check_recurring.
create or replace function cronmill.check_template(template jsonb)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    is_graph constant boolean := jsonb_typeof(check_template.template -> 'graph') = 'array';
    envelope jsonb;
    field text;
begin
    if jsonb_typeof(check_template.template) = 'object' and check_template.template ? 'graph' then
        select k.key into field
        from jsonb_object_keys(check_template.template) as k (key)
        where k.key not in ('graph', 'name', 'on_dead', 'keep')
        limit 1;
        if not is_graph or field is not null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = case
                    when field is not null
                        then pg_catalog.format('a graph has no field "%s"', field)
                    else '"graph" is no list of envelopes'
                end,
                hint = 'Such as {"graph": [{"ref": "a", "payload": {}}, {"after": ["a"], '
                    '"payload": {}}], "name": "daily", "on_dead": "cancel", "keep": "1 day"}.';
        end if;
        perform cronmill.assert_graph(
            check_template.template ->> 'name',
            coalesce(check_template.template ->> 'on_dead', 'hold'), null,
            coalesce((check_template.template ->> 'keep')::interval, interval '7 days'));
    end if;
    for envelope in
        select check_template.template where is_graph is not true
        union all
        select n.node
        from jsonb_array_elements(case when is_graph then check_template.template -> 'graph' end)
            as n (node)
    loop
        if jsonb_typeof(envelope) is distinct from 'object'
            or jsonb_typeof(envelope -> 'payload') is distinct from 'object'
        then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the template of a recurring task is an envelope whose payload is an '
                    'object',
                detail = 'Each task is told its tick as _tick of its payload.',
                hint = 'Such as {"payload": {"report": "sales"}, "priority": 5}.';
        end if;
        if envelope -> 'payload' ? '_tick' then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the payload of a recurring task has a field _tick of its own',
                detail = 'There each task is told its tick.';
        end if;
        if envelope ? 'run_at' then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the template of a recurring task has a field "run_at"',
                detail = 'Its tasks are to be run at their ticks.';
        end if;
        if envelope ? 'queue' then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the template of a recurring task has a field "queue"',
                detail = 'Its tasks go into the queue of the template.';
        end if;
    end loop;
end
$function$;
comment on function cronmill.check_template(jsonb)
    is 'Refuses what is no template of a recurring task, or of a graph.';
revoke all on function cronmill.check_template(jsonb) from public;

-- Makes the task of a template's tick, or its graph; returns the template with the number of what
-- was made last. Changes cronmill.task, cronmill.graph, cronmill.node and cronmill.edge.
-- Executed by: fire_template, run_recurring, try_template.
create or replace function cronmill.fire_tick(template cronmill.recurring, tick timestamptz)
returns cronmill.recurring
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    fired cronmill.recurring := fire_tick.template;
begin
    if fired.template ? 'graph' then
        fired.last_graph_id := coalesce(
            cronmill.make_graph(fired, fire_tick.tick), fired.last_graph_id);
    else
        fired.last_task_id := coalesce(
            cronmill.make_tick(fired, fire_tick.tick), fired.last_task_id);
    end if;
    return fired;
end
$function$;
comment on function cronmill.fire_tick(cronmill.recurring, timestamptz)
    is 'Makes the task of a template''s tick, or its graph.';
revoke all on function cronmill.fire_tick(cronmill.recurring, timestamptz) from public;

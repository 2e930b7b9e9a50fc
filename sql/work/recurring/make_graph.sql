-- Puts the graph of a template's tick into its queue, and returns its number; null if there is
-- none, because with overlap skip the one before has not ended. Changes cronmill.graph,
-- cronmill.node, cronmill.edge and cronmill.task.
-- Executed by: fire_tick.
create or replace function cronmill.make_graph(template cronmill.recurring, tick timestamptz)
returns bigint
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    envelope constant jsonb := (make_graph.template).template;
    made_id bigint;
begin
    if (make_graph.template).overlap = 'skip' and exists (
        select
        from cronmill.graph as g
        where g.graph_id = (make_graph.template).last_graph_id
            and (g.ended_at is null or cronmill.has_ready(g.graph_id))
    ) then
        return null;
    end if;
    insert into cronmill.graph (queue_id, name, on_dead, keep)
    values (
        (make_graph.template).queue_id,
        coalesce(envelope ->> 'name', (make_graph.template).name),
        coalesce(envelope ->> 'on_dead', 'hold'),
        coalesce((envelope ->> 'keep')::interval, '7 days')
    )
    returning graph.graph_id into made_id;
    perform cronmill.add_nodes(
        made_id, (make_graph.template).queue_id,
        array(
            select jsonb_set(
                n.node, '{payload}',
                n.node -> 'payload' || cronmill.tick_payload(make_graph.tick))
            from jsonb_array_elements(envelope -> 'graph') with ordinality as n (node, position)
            order by n.position
        ));
    return made_id;
end
$function$;
comment on function cronmill.make_graph(cronmill.recurring, timestamptz)
    is 'Puts the graph of a template''s tick into its queue; null if the one before has not ended.';
revoke all on function cronmill.make_graph(cronmill.recurring, timestamptz) from public;

-- Puts a graph in, all of it or nothing: tasks of which each says after which others it is ready.
-- Its envelopes are those of enqueue_envelopes, and have besides "ref", "after", "join" and a
-- "queue" of their own (docs/graphs.md). Returns the number of the graph. Changes cronmill.graph,
-- cronmill.node, cronmill.edge and cronmill.task.
-- Executed by: producers.
create or replace function cronmill.enqueue_graph(
    queue text,
    envelopes jsonb[],
    name text default null,
    on_dead text default 'hold',
    deadline timestamptz default null,
    keep interval default interval '7 days'
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    known_queue_id constant integer := cronmill.producer_queue_id(enqueue_graph.queue);
    made_id bigint;
begin
    perform cronmill.assert_graph(
        enqueue_graph.name, enqueue_graph.on_dead, enqueue_graph.deadline, enqueue_graph.keep);
    insert into cronmill.graph (queue_id, name, on_dead, deadline, keep)
    values (
        known_queue_id, enqueue_graph.name, enqueue_graph.on_dead, enqueue_graph.deadline,
        enqueue_graph.keep
    )
    returning graph.graph_id into made_id;
    perform cronmill.add_nodes(
        made_id, known_queue_id, cronmill.as_list(enqueue_graph.envelopes));
    return made_id;
end
$function$;
comment on function cronmill.enqueue_graph(text, jsonb[], text, text, timestamptz, interval)
    is 'Puts a graph of tasks in, of which each says after which it is ready; returns its number.';
revoke all on function cronmill.enqueue_graph(text, jsonb[], text, text, timestamptz, interval)
    from public;

-- Adds tasks to a graph that has not ended, all or none; they may come after those it has, also
-- after such as have ended. One of which a dead task was redriven has not ended either. Who may is
-- a producer of the graph's queue, of that of each new task, and of each it comes after, whose
-- results it will see. Locks the graph until the transaction ends. Returns how many. Changes
-- cronmill.graph, cronmill.node, cronmill.edge and cronmill.task.
-- Executed by: producers.
create or replace function cronmill.extend_graph(graph_id bigint, queue text, envelopes jsonb[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    mine record;
    known_queue_id integer;
    total bigint;
begin
    -- Of others' graphs nothing is told, nor are they locked.
    perform cronmill.producer_queue_id(q.name)
    from cronmill.graph as g
    join cronmill.queue as q on q.queue_id = g.queue_id
    where g.graph_id = extend_graph.graph_id;
    known_queue_id := cronmill.producer_queue_id(extend_graph.queue);
    select
        g.deadline <= clock_timestamp() as is_late,
        case when g.state = 'done' and cronmill.has_ready(g.graph_id) then 'active' else g.state
            end as state
    into mine
    from cronmill.graph as g
    where g.graph_id = extend_graph.graph_id
    for no key update;
    if not found or mine.state <> 'active' or mine.is_late then
        raise exception using
            errcode = 'MC040',
            message = case
                when mine.state is null
                    then pg_catalog.format('there is no graph %s', extend_graph.graph_id)
                when mine.state = 'active'
                    then pg_catalog.format(
                        'the deadline of graph %s is over', extend_graph.graph_id)
                else pg_catalog.format('graph %s is %s', extend_graph.graph_id, mine.state)
            end,
            hint = 'A new one is made with cronmill.enqueue_graph.';
    end if;
    update cronmill.graph as g
    set state = 'active', ended_at = null
    where g.graph_id = extend_graph.graph_id and g.state <> 'active';
    total := cronmill.add_nodes(
        extend_graph.graph_id, known_queue_id, cronmill.as_list(extend_graph.envelopes));
    perform cronmill.producer_queue_id(q.name)
    from cronmill.queue as q
    where q.queue_id in (
        select n.queue_id
        from cronmill.node as n
        where n.graph_id = extend_graph.graph_id
            and n.ref in (
                select coalesce(a.value ->> 'ref', a.value #>> '{}')
                from unnest(extend_graph.envelopes) as e (envelope)
                cross join lateral jsonb_array_elements(nullif(e.envelope -> 'after', 'null'))
                    as a (value)
            )
    );
    return total;
end
$function$;
comment on function cronmill.extend_graph(bigint, text, jsonb[])
    is 'Adds tasks to a graph that has not ended; returns how many.';
revoke all on function cronmill.extend_graph(bigint, text, jsonb[]) from public;

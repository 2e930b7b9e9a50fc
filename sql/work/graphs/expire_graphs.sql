-- Cancels, of graphs that are locked and past their deadline, the nodes that wait; what is in a
-- queue already stays there. Returns their numbers. Changes cronmill.graph and cronmill.node.
-- Executed by: spread.
create or replace function cronmill.expire_graphs(graph_ids bigint[], now_at timestamptz)
returns bigint[]
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    expired_ids bigint[];
    node_ids bigint[];
begin
    with expired as (
        update cronmill.graph as g
        set state = 'canceled'
        where g.graph_id = any (expire_graphs.graph_ids) and g.state = 'active'
            and g.deadline <= expire_graphs.now_at
        returning g.graph_id
    )
    select array_agg(e.graph_id) into expired_ids from expired as e;
    if expired_ids is null then
        return null;
    end if;
    with late as (
        update cronmill.node as n
        set state = 'canceled', ended_at = expire_graphs.now_at, payload = null
        where n.graph_id = any (expired_ids) and n.state = 'waiting'
        returning n.task_id
    )
    select array_agg(l.task_id) into node_ids from late as l;
    return node_ids;
end
$function$;
comment on function cronmill.expire_graphs(bigint[], timestamptz)
    is 'Cancels what waits of graphs that are past their deadline.';
revoke all on function cronmill.expire_graphs(bigint[], timestamptz) from public;

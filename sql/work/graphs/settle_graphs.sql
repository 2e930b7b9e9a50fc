-- Tells the ends of graphs that were left to be told; the caller has the graphs locked.
-- Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: settle_left.
create or replace function cronmill.settle_graphs(graph_ids bigint[])
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    ended bigint[];
begin
    with told as (
        update cronmill.node as n
        set is_settled = true, is_left = false
        where n.is_left and not n.is_settled and n.graph_id = any (settle_graphs.graph_ids)
        returning n.task_id
    )
    select array_agg(t.task_id) into ended from told as t;
    perform cronmill.spread(settle_graphs.graph_ids, ended);
    update cronmill.graph as g
    set error = null
    where g.graph_id = any (settle_graphs.graph_ids) and g.error is not null;
end
$function$;
comment on function cronmill.settle_graphs(bigint[])
    is 'Tells the ends of graphs that were left to be told.';
revoke all on function cronmill.settle_graphs(bigint[]) from public;

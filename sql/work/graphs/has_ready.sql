-- Whether a task of a graph is in a queue, or being done: also of one that had ended, when a dead
-- task of it was redriven.
-- Executed by: extend_graph, make_graph.
create or replace function cronmill.has_ready(graph_id bigint)
returns boolean
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return exists (
        select from cronmill.node as n
        where n.graph_id = has_ready.graph_id and n.state = 'ready'
    );
end
$function$;
comment on function cronmill.has_ready(bigint)
    is 'Whether a task of a graph is in a queue, or being done.';
revoke all on function cronmill.has_ready(bigint) from public;

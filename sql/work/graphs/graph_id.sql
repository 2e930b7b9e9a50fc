-- The graph of a task; null for one of none. For handlers, of the queue of their processor: with it
-- they extend the graph they are of.
-- Executed by: handlers, as the run-as role.
create or replace function cronmill.graph_id(task_id bigint)
returns bigint
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select n.graph_id
        from cronmill.node as n
        where n.task_id = graph_id.task_id
            and exists (
                select
                from cronmill.processor as o
                where o.queue_id = n.queue_id and o.run_as = session_user
            )
    );
end
$function$;
comment on function cronmill.graph_id(bigint) is 'The graph of a task; null for one of none.';
revoke all on function cronmill.graph_id(bigint) from public;

-- Leaves it to the next runs of their queues to tell the ends of nodes; returns the queues.
-- Changes cronmill.node.
-- Executed by: settle, spread.
create or replace function cronmill.leave_nodes(task_ids bigint[])
returns integer[]
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    queue_ids integer[];
begin
    with untold as (
        update cronmill.node as n
        set is_settled = false, is_left = true
        where n.task_id = any (leave_nodes.task_ids)
        returning n.queue_id
    )
    select array_agg(distinct u.queue_id) into queue_ids from untold as u;
    return queue_ids;
end
$function$;
comment on function cronmill.leave_nodes(bigint[])
    is 'Leaves it to the next runs of their queues to tell the ends of nodes.';
revoke all on function cronmill.leave_nodes(bigint[]) from public;

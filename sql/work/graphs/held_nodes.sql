-- How many nodes wait for dead tasks of a queue to be done, and so for somebody who redrives or
-- purges those, or are in a graph of it in which an end could not be told; counted up to 10,001.
-- Executed by: backlog, processor_status; monitors, through processor_status.
create or replace function cronmill.held_nodes(queue_id integer)
returns bigint
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return (
        select count(*)
        from (
            select e.child_id
            from cronmill.dead_task as d
            join cronmill.edge as e on e.parent_id = d.task_id and e.wanted = 'done'
            join cronmill.node as c on c.task_id = e.child_id and c.state = 'waiting'
            where d.queue_id = held_nodes.queue_id and d.graph_id is not null
            union
            select n.task_id
            from cronmill.graph as g
            join cronmill.node as n on n.graph_id = g.graph_id and n.state = 'waiting'
            where g.queue_id = held_nodes.queue_id and g.error is not null
            limit 10001
        ) as counted
    );
end
$function$;
comment on function cronmill.held_nodes(integer)
    is 'How many nodes wait for dead tasks of a queue to be done.';
revoke all on function cronmill.held_nodes(integer) from public;

-- How many nodes wait for dead tasks of a queue to be done, and so for somebody who redrives or
-- purges those; counted up to 10,001.
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
            select distinct e.child_id
            from cronmill.dead_task as d
            join cronmill.edge as e on e.parent_id = d.task_id and e.wanted = 'done'
            join cronmill.node as c on c.task_id = e.child_id and c.state = 'waiting'
            where d.queue_id = held_nodes.queue_id and d.graph_id is not null
            limit 10001
        ) as counted
    );
end
$function$;
comment on function cronmill.held_nodes(integer)
    is 'How many nodes wait for dead tasks of a queue to be done.';
revoke all on function cronmill.held_nodes(integer) from public;

-- Notes that tasks of graphs have ended which the caller has taken out of cronmill.task or
-- cronmill.dead_task, and settles that. A cancel of the statement is not lost.
-- Changes cronmill.node, and what settle does.
-- Executed by: cancel, cancel_tasks, prune_tasks, purge_dead; cronmill remove.
create or replace function cronmill.end_nodes(task_ids bigint[])
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    cancel_message text;
begin
    update cronmill.node as n
    set
        state = 'canceled', has_died = n.has_died or n.state = 'dead', is_settled = false,
        ended_at = clock_timestamp(), payload = null
    where n.task_id = any (end_nodes.task_ids) and n.state in ('ready', 'dead');
    cancel_message := cronmill.settle(end_nodes.task_ids);
    if cancel_message is not null then
        raise query_canceled using message = cancel_message;
    end if;
end
$function$;
comment on function cronmill.end_nodes(bigint[])
    is 'Notes that tasks of graphs were canceled or purged, and settles that.';
revoke all on function cronmill.end_nodes(bigint[]) from public;

-- Cancels nodes that wait, and what waits for them; returns their numbers. What cannot be locked
-- soon is left as it is. Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: cancel.
create or replace function cronmill.cancel_waiting(task_ids bigint[])
returns bigint[]
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $function$
declare
    graph_ids bigint[];
    canceled bigint[];
begin
    select array_agg(distinct n.graph_id)
    into graph_ids
    from cronmill.node as n
    where n.task_id = any (cancel_waiting.task_ids) and n.state = 'waiting';
    if graph_ids is null then
        return null;
    end if;
    perform from cronmill.graph as g
    where g.graph_id = any (graph_ids)
    order by g.graph_id
    for no key update;
    with gone as (
        update cronmill.node as n
        set state = 'canceled', ended_at = clock_timestamp(), payload = null
        where n.task_id = any (cancel_waiting.task_ids) and n.state = 'waiting'
        returning n.task_id
    )
    select array_agg(g.task_id) into canceled from gone as g;
    perform cronmill.spread(graph_ids, canceled);
    return canceled;
exception
    when deadlock_detected or lock_not_available then
        return null;
end
$function$;
comment on function cronmill.cancel_waiting(bigint[])
    is 'Cancels nodes that wait, and what waits for them.';
revoke all on function cronmill.cancel_waiting(bigint[]) from public;

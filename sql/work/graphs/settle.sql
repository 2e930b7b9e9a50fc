-- Tells those that wait for nodes that this transaction has ended, as the last thing before its
-- commit. Graphs are locked in their order, so that two slots wait for each other's commits and
-- never deadlock. Who holds a graph for longer is a transaction that did more than settle: it is
-- waited for half a second, which is less than a deadlock takes to be found. Then the end stays to
-- be told (is_left) by the next run of the queue, and the transaction goes on as if nothing had
-- been: nobody is charged for that. So it is if it fails, or somebody cancels it; returns with what
-- words.
-- Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: end_nodes, settle_batch.
create or replace function cronmill.settle(task_ids bigint[])
returns text
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set lock_timeout = '500ms'
as $function$
declare
    graph_ids bigint[];
    cancel_message text;
begin
    select array_agg(distinct n.graph_id)
    into graph_ids
    from cronmill.node as n
    where n.task_id = any (settle.task_ids) and not n.is_settled;
    if graph_ids is null then
        return null;
    end if;
    declare
        ended bigint[];
    begin
        perform from cronmill.graph as g
        where g.graph_id = any (graph_ids)
        order by g.graph_id
        for no key update;
        -- Once: who is told is told by whoever finds it untold.
        with told as (
            update cronmill.node as n
            set is_settled = true
            where n.task_id = any (settle.task_ids) and not n.is_settled
            returning n.task_id
        )
        select array_agg(t.task_id) into ended from told as t;
        perform cronmill.spread(graph_ids, ended);
        return null;
    exception
        when query_canceled then
            get stacked diagnostics cancel_message = message_text;
        when others then
            null;
    end;
    perform cronmill.wake(q.queue_id)
    from unnest(cronmill.leave_nodes(array(
        select n.task_id
        from cronmill.node as n
        where n.task_id = any (settle.task_ids) and not n.is_settled
    ))) as q (queue_id);
    return cancel_message;
end
$function$;
comment on function cronmill.settle(bigint[])
    is 'Tells those that wait for nodes that this transaction has ended, or leaves it to the next.';
revoke all on function cronmill.settle(bigint[]) from public;

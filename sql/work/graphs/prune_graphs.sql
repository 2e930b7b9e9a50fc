-- Cancels what waits of graphs past their deadline, settles what was left, and removes graphs that
-- ended so long ago as they are kept: so many nodes at most, and the graphs that have none left.
-- What others have locked is left for the next time. Changes cronmill.graph, cronmill.node,
-- cronmill.edge and cronmill.task.
-- Executed by: prune_tasks.
create or replace function cronmill.prune_graphs(max_rows integer)
returns bigint
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    late_ids bigint[];
    gone_ids bigint[];
    gone bigint;
begin
    -- Of a run that did not settle what it ended, which no run of ours does, nobody would know.
    update cronmill.node as n
    set is_left = true
    where n.task_id in (
        select o.task_id
        from cronmill.graph as g
        join cronmill.node as o on o.graph_id = g.graph_id
        where g.ended_at is null and not o.is_settled and not o.is_left
        for update of o skip locked
    );
    perform cronmill.settle_left(null);
    select array_agg(g.graph_id)
    into late_ids
    from (
        select g.graph_id
        from cronmill.graph as g
        where g.state = 'active' and g.deadline <= clock_timestamp()
        order by g.graph_id
        for no key update skip locked
    ) as g;
    if late_ids is not null then
        perform cronmill.spread(late_ids, '{}');
    end if;
    gone_ids := array(
        select n.task_id
        from cronmill.graph as g
        join cronmill.node as n on n.graph_id = g.graph_id
        where g.ended_at < clock_timestamp() - g.keep
        order by g.ended_at
        limit prune_graphs.max_rows
        for update of n skip locked
    );
    delete from cronmill.edge as e where e.child_id = any (gone_ids);
    delete from cronmill.node as n where n.task_id = any (gone_ids);
    delete from cronmill.graph as g
    where g.graph_id in (
        select o.graph_id
        from cronmill.graph as o
        where o.ended_at < clock_timestamp() - o.keep
            and not exists (select from cronmill.node as n where n.graph_id = o.graph_id)
        for update skip locked
    );
    get diagnostics gone = row_count;
    return gone;
end
$function$;
comment on function cronmill.prune_graphs(integer)
    is 'Removes graphs that ended long ago, and cancels what is past its deadline.';
revoke all on function cronmill.prune_graphs(integer) from public;

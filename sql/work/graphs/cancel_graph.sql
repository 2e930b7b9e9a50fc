-- Cancels a graph: what waits, and what is in a queue and not being done. What is being done is
-- left alone and not waited for; if it fails it is tried again, unless this is called again.
-- Returns how many were canceled, and how many are being done. Changes cronmill.graph,
-- cronmill.node and cronmill.task.
-- Executed by: operators.
create or replace function cronmill.cancel_graph(
    graph_id bigint, out canceled bigint, out running bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $function$
declare
    gone bigint[];
begin
    -- The tasks first: whoever has one of them may be about to lock the graph. No index leads to
    -- them: it would cost every enqueue of a plain task more than this costs now and then.
    with taken as materialized (
        select t.ctid as place
        from cronmill.task as t
        where t.graph_id = cancel_graph.graph_id and not cronmill.is_in_hand(t.xmax)
        for update skip locked
    ),
    deleted as (
        delete from cronmill.task as t
        where t.ctid in (select k.place from taken as k)
        returning t.task_id
    )
    select array_agg(d.task_id) into gone from deleted as d;
    perform from cronmill.graph as g
    where g.graph_id = cancel_graph.graph_id
    for no key update;
    if not found then
        raise exception using
            errcode = 'MC040',
            message = pg_catalog.format('there is no graph %s', cancel_graph.graph_id);
    end if;
    with ended as (
        update cronmill.node as n
        set state = 'canceled', ended_at = clock_timestamp(), payload = null
        where n.graph_id = cancel_graph.graph_id
            and (n.state = 'waiting' or n.state = 'ready' and n.task_id = any (gone))
        returning n.task_id
    )
    select coalesce(array_agg(e.task_id), '{}') into gone from ended as e;
    update cronmill.graph as g
    set state = 'canceled'
    where g.graph_id = cancel_graph.graph_id and g.state = 'active';
    perform cronmill.spread(array[cancel_graph.graph_id], gone);
    canceled := cardinality(gone);
    select count(*) into running
    from cronmill.node as n
    where n.graph_id = cancel_graph.graph_id and n.state = 'ready';
exception
    when lock_not_available then
        raise exception using
            errcode = 'lock_not_available',
            message = pg_catalog.format(
                'graph %s is held by another transaction', cancel_graph.graph_id),
            detail = 'Somebody extends it, and has not ended the transaction yet.',
            hint = 'Again later; pg_stat_activity shows who is idle in transaction.';
end
$function$;
comment on function cronmill.cancel_graph(bigint)
    is 'Cancels what waits of a graph; says how many, and how many are being done.';
revoke all on function cronmill.cancel_graph(bigint) from public;

-- Tells those that wait for nodes that have ended, and what follows from it: releases those that
-- are ready now into their queues, ends those that never can be, and tells those that wait for
-- these, until nothing follows. With newborn_from only nodes with such numbers are told, new ones,
-- also of what was told to the others before. The caller has the graphs locked, has seen to it that
-- each end is told once, and looks with a snapshot taken since. Nothing here waits for anybody: of
-- nodes it changes those only that wait, which nobody else does without the lock. After a second
-- the next run of the queue goes on with what follows from what.
-- Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: add_nodes, cancel_graph, cancel_waiting, prune_graphs, settle, settle_graphs.
create or replace function cronmill.spread(
    graph_ids bigint[], node_ids bigint[], newborn_from bigint default null
)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
-- A plan is kept for the session, and may be made while there is hardly a node.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
    -- Those that are told now; all that have ended by this; queues that something was put into.
    frontier bigint[] := spread.node_ids;
    ended bigint[] := case when spread.newborn_from is null then spread.node_ids else '{}' end;
    queue_ids integer[];
    told record;
begin
    ended := ended || cronmill.expire_graphs(spread.graph_ids, now_at);
    while cardinality(frontier) > 0 loop
        with told as materialized (
            select
                e.child_id, count(*)::integer as resolved,
                count(*) filter (where x.effect = 'met')::integer as met,
                bool_or(x.effect = 'refused') as is_refused,
                bool_or(x.effect = 'canceled') as is_canceled
            from unnest(frontier) as f (task_id)
            join cronmill.node as p on p.task_id = f.task_id
            join cronmill.graph as g on g.graph_id = p.graph_id
            join cronmill.edge as e on e.parent_id = p.task_id
            cross join lateral (
                select
                    -- An end that was not told yet is told by whoever tells it.
                    case when p.is_settled then p.state else 'ready' end as state,
                    p.is_settled and p.state = 'dead' or p.has_died as has_died
            ) as s
            cross join lateral (
                select case
                    when e.wanted <> 'done' and s.has_died then 'met'
                    when e.wanted = 'done' and s.has_died and g.on_dead = 'cancel' then 'canceled'
                    when s.state = 'done' and (
                        e.wanted = 'dead' or not p.result @> e.condition
                        or e.condition is not null and p.result is null
                    ) then 'refused'
                    when s.state = 'done' then 'met'
                    when s.state = 'canceled' and e.wanted = 'any' then 'met'
                    when s.state = 'canceled' then 'canceled'
                    when s.state = 'skipped' then 'neutral'
                end as effect
            ) as x
            where x.effect is not null
                and case
                    when spread.newborn_from is not null then e.child_id >= spread.newborn_from
                    -- The others were told when it died.
                    else not p.has_died or e.wanted = 'done' and g.on_dead = 'hold'
                end
            group by e.child_id
        ),
        decided as materialized (
            select
                c.task_id, c.missing - t.resolved as missing, c.met + t.met as met,
                c.has_canceled or t.is_canceled as has_canceled,
                case
                    when c.join_kind = 'one' and c.met + t.met > 0 then 'ready'
                    when c.join_kind = 'all' and t.is_refused then 'skipped'
                    when c.join_kind = 'all' and t.is_canceled then 'canceled'
                    when c.missing > t.resolved then 'waiting'
                    when c.met + t.met > 0 then 'ready'
                    when c.has_canceled or t.is_canceled then 'canceled'
                    else 'skipped'
                end as state
            from told as t
            join cronmill.node as c on c.task_id = t.child_id
            where c.state = 'waiting'
        ),
        noted as (
            update cronmill.node as c
            set
                missing = d.missing, met = d.met, has_canceled = d.has_canceled, state = d.state,
                payload = case when d.state = 'waiting' then c.payload end,
                ready_at = case when d.state = 'ready' then now_at end,
                ended_at = case when d.state in ('skipped', 'canceled') then now_at end
            from decided as d
            where c.task_id = d.task_id
        ),
        released as (
            insert into cronmill.task (
                task_id, queue_id, priority, run_at, payload, group_key, timeout, max_attempts,
                tags, graph_id
            )
            overriding system value
            select
                c.task_id, c.queue_id, c.priority, greatest(c.run_at, now_at), c.payload,
                c.group_key, c.timeout, c.max_attempts, c.tags, c.graph_id
            from decided as d
            join cronmill.node as c on c.task_id = d.task_id
            where d.state = 'ready'
            order by c.task_id
            returning task.queue_id
        )
        select
            array_agg(d.task_id) filter (where d.state in ('skipped', 'canceled')) as ended,
            (select array_agg(distinct r.queue_id) from released as r) as queue_ids
        into told
        from decided as d;
        frontier := told.ended;
        queue_ids := queue_ids || told.queue_ids;
        if clock_timestamp() > now_at + interval '1 second' then
            queue_ids := queue_ids || cronmill.leave_nodes(frontier);
            exit;
        end if;
        ended := ended || told.ended;
    end loop;
    update cronmill.graph as g
    set
        open_nodes = g.open_nodes - e.total,
        state = case when g.open_nodes > e.total or g.state = 'canceled' then g.state
            else 'done' end,
        ended_at = case when g.open_nodes = e.total then now_at end
    from (
        -- What was dead before had ended then; the row is changed all the same, for old snapshots.
        select n.graph_id, count(*) filter (where not n.has_died) as total
        from unnest(ended) as f (task_id)
        join cronmill.node as n on n.task_id = f.task_id
        group by n.graph_id
    ) as e
    where g.graph_id = e.graph_id;
    perform cronmill.wake(q.queue_id) from (select distinct unnest(queue_ids)) as q (queue_id);
end
$function$;
comment on function cronmill.spread(bigint[], bigint[], bigint)
    is 'Tells those that wait for nodes that have ended, releases those that are ready now.';
revoke all on function cronmill.spread(bigint[], bigint[], bigint) from public;

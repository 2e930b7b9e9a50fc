-- The nodes of a graph, each after those it waits for.
-- $1 graph_id: which, bigint.
-- {{times}}: those of node n.
-- Columns: task_id, ref, queue, state (of what is ready also scheduled and retrying), join_kind,
-- seconds (from when it was put into its queue to its end, or until now; null of what waits, or is
-- there for later and was not tried yet), parents (their numbers), wanted (which ends of them), and
-- the times.
select
    n.task_id, n.ref, q.name as queue, n.join_kind,
    case
        when n.state = 'ready' and t.run_at > statement_timestamp() and t.attempts > 0
            then 'retrying'
        when n.state = 'ready' and t.run_at > statement_timestamp() then 'scheduled'
        else n.state
    end as state,
    case
        when n.state = 'waiting' then null
        when n.state = 'ready' and t.run_at > statement_timestamp() and t.attempts = 0 then null
        else extract(epoch from coalesce(n.ended_at, clock_timestamp()) - n.ready_at)::float8
    end as seconds,
    coalesce(e.parents, '{}') as parents, coalesce(e.wanted, '{}') as wanted, {{times}}
from cronmill.node as n
left join cronmill.queue as q on q.queue_id = n.queue_id
left join cronmill.task as t on t.graph_id = n.graph_id and t.task_id = n.task_id
left join lateral (
    select
        array_agg(o.parent_id order by o.parent_id) as parents,
        array_agg(o.wanted order by o.parent_id) as wanted
    from cronmill.edge as o
    where o.child_id = n.task_id
) as e on true
where n.graph_id = $1
order by n.task_id

-- Graphs, the newest first.
-- $1 id: which one, bigint; null for all.
-- $2 limit: at most how many, integer.
-- {{times}}: those of graph g.
-- Columns: graph_id, name, queue, on_dead, state, total, waiting, ready, done, dead, skipped,
-- canceled, held (how many of those that wait do so for dead tasks), error, and the times. One that
-- had ended is active, and has no end, when a dead task of it was redriven.
select
    a.graph_id, a.name, q.name as queue, a.on_dead, a.error,
    case when a.state = 'done' and n.ready > 0 then 'active' else a.state end as state,
    n.total, n.waiting, n.ready, n.done, n.dead, n.skipped, n.canceled,
    coalesce(h.total, 0) as held, {{times}}
from (
    select o.*
    from cronmill.graph as o
    where $1::bigint is null or o.graph_id = $1
    order by o.graph_id desc
    limit $2
) as a
left join cronmill.queue as q on q.queue_id = a.queue_id
cross join lateral (
    select
        count(*) as total,
        count(*) filter (where o.state = 'waiting') as waiting,
        count(*) filter (where o.state = 'ready') as ready,
        count(*) filter (where o.state = 'done') as done,
        count(*) filter (where o.state = 'dead') as dead,
        count(*) filter (where o.state = 'skipped') as skipped,
        count(*) filter (where o.state = 'canceled') as canceled
    from cronmill.node as o
    where o.graph_id = a.graph_id
) as n
cross join lateral (
    select a.created_at, a.deadline, case when n.ready = 0 then a.ended_at end as ended_at
) as g
left join lateral (
    select count(distinct c.task_id) as total
    from cronmill.node as d
    join cronmill.edge as e on e.parent_id = d.task_id and e.wanted = 'done'
    join cronmill.node as c on c.task_id = e.child_id and c.state = 'waiting'
    where d.graph_id = a.graph_id and d.state = 'dead'
) as h on n.dead > 0 and n.waiting > 0
order by a.graph_id desc

-- Puts the envelopes of a graph in, whose row the caller has locked or made: those that wait for
-- nothing into their queues (queue_id if they name none), the others as nodes that wait. Numbers
-- are such that each comes after those it waits for. An error names the envelope. Returns how many.
-- Changes cronmill.node, cronmill.edge, cronmill.graph and cronmill.task.
-- Executed by: enqueue_graph, extend_graph, make_graph.
create or replace function cronmill.add_nodes(graph_id bigint, queue_id integer, envelopes jsonb[])
returns bigint
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    total constant integer := coalesce(cardinality(add_nodes.envelopes), 0);
    defaults constant cronmill.task_settings := (
        null, 0, clock_timestamp(), null, null, null, null, null
    )::cronmill.task_settings;
    tasks cronmill.task_settings[] := array[]::cronmill.task_settings[];
    nodes record;
    edges record;
    sorted integer[];
    numbers bigint[];
    parent_ids bigint[];
    place integer := 0;
    error_hint text;
begin
    if total = 0 or total + (
        select count(*) from cronmill.node as n where n.graph_id = add_nodes.graph_id
    ) > 100000 then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'a graph has 1 to 100000 tasks';
    end if;
    begin
        for i in 1 .. total loop
            place := i;
            tasks[i] := cronmill.read_node(add_nodes.envelopes[i], defaults);
        end loop;
    exception
        when data_exception then
            get stacked diagnostics error_hint = pg_exception_hint;
            raise exception using
                errcode = sqlstate, message = sqlerrm,
                detail = pg_catalog.format('Envelope %s.', place), hint = error_hint;
    end;
    select
        array_agg(e.envelope ->> 'ref' order by e.position) as refs,
        array_agg(coalesce(e.envelope ->> 'join', 'all') order by e.position) as joins,
        array_agg(q.queue_id order by e.position) as queue_ids
    into nodes
    from unnest(add_nodes.envelopes) with ordinality as e (envelope, position)
    join (
        -- Whoever calls has to be a producer of each that is named.
        select
            n.name,
            case when n.name = '' then add_nodes.queue_id
                else cronmill.producer_queue_id(n.name) end as queue_id
        from (
            select distinct coalesce(d.envelope ->> 'queue', '')
            from unnest(add_nodes.envelopes) as d (envelope)
        ) as n (name)
    ) as q on q.name = coalesce(e.envelope ->> 'queue', '');
    edges := cronmill.read_edges(add_nodes.graph_id, nodes.refs, add_nodes.envelopes);

    select array_agg(n order by n) into sorted from generate_series(1, total) as n;
    -- A graph that is written in order is one.
    if exists (
        select from unnest(edges.parents, edges.children) as e (parent, child)
        where e.parent > e.child
    ) then
        sorted := cronmill.sort_nodes(
            total,
            array(select e.parent from unnest(edges.parents) as e (parent) where e.parent > 0),
            array(
                select e.child
                from unnest(edges.parents, edges.children) as e (parent, child)
                where e.parent > 0
            ));
        if cardinality(sorted) < total then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = pg_catalog.format(
                    'tasks wait for each other in a circle: %s',
                    cronmill.cycle_path(nodes.refs, edges.parents, edges.children, sorted));
        end if;
    end if;
    -- By position, then.
    select array_agg(d.task_id order by s.position)
    into numbers
    from unnest(sorted) with ordinality as s (position, place)
    join (
        select nextval('cronmill.task_task_id_seq') as task_id, n
        from generate_series(1, total) as n
    ) as d on d.n = s.place;
    insert into cronmill.node (
        task_id, graph_id, queue_id, ref, join_kind, missing, state, payload, priority, run_at,
        group_key, timeout, max_attempts, tags, ready_at
    )
    select
        n.task_id, add_nodes.graph_id, n.queue_id, n.ref, n.join_kind, coalesce(m.total, 0),
        case when m.total > 0 then 'waiting' else 'ready' end,
        case when m.total > 0 then t.payload end,
        t.priority, t.run_at, t.group_key, t.timeout, t.max_attempts, t.tags,
        case when m.total > 0 then null else (defaults).run_at end
    from unnest(numbers, nodes.refs, nodes.joins, nodes.queue_ids)
        with ordinality as n (task_id, ref, join_kind, queue_id, position)
    join unnest(tasks) with ordinality as t (
        payload, priority, run_at, unique_key, group_key, timeout, max_attempts, tags, position
    ) on t.position = n.position
    left join (
        select e.child, count(*)::integer as total
        from unnest(edges.children) as e (child)
        group by e.child
    ) as m on m.child = n.position
    order by n.task_id;
    insert into cronmill.edge (parent_id, child_id, wanted, condition)
    select coalesce(e.parent_id, numbers[e.parent]), numbers[e.child], e.wanted, e.condition
    from unnest(edges.parents, edges.children, edges.parent_ids, edges.wanted, edges.conditions)
        as e (parent, child, parent_id, wanted, condition)
    order by 1, 2;
    insert into cronmill.task (
        task_id, queue_id, priority, run_at, payload, group_key, timeout, max_attempts, tags,
        graph_id
    )
    overriding system value
    select
        n.task_id, n.queue_id, t.priority, t.run_at, t.payload, t.group_key, t.timeout,
        t.max_attempts, t.tags, add_nodes.graph_id
    from unnest(numbers, nodes.queue_ids)
        with ordinality as n (task_id, queue_id, position)
    join unnest(tasks) with ordinality as t (
        payload, priority, run_at, unique_key, group_key, timeout, max_attempts, tags, position
    ) on t.position = n.position
    where not exists (select from unnest(edges.children) as e (child) where e.child = n.position)
    order by n.task_id;
    update cronmill.graph as g
    set open_nodes = g.open_nodes + total
    where g.graph_id = add_nodes.graph_id;
    parent_ids := array(
        select distinct e.id from unnest(edges.parent_ids) as e (id) where e.id is not null);
    if parent_ids <> '{}' then
        perform cronmill.spread(
            array[add_nodes.graph_id], parent_ids, (select min(n) from unnest(numbers) as n));
    end if;
    perform cronmill.wake(q.queue_id)
    from (select distinct unnest(nodes.queue_ids)) as q (queue_id);
    return total;
end
$function$;
comment on function cronmill.add_nodes(bigint, integer, jsonb[])
    is 'Puts the envelopes of a graph in.';
revoke all on function cronmill.add_nodes(bigint, integer, jsonb[]) from public;

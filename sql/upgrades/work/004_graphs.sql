-- Graphs: tasks that wait for each other.
alter type cronmill.outcome add attribute result jsonb;
comment on type cronmill.outcome
    is 'What a handler may return: cronmill.done(), cronmill.done(result), cronmill.snooze(until), '
        'cronmill.dead(reason).';
alter type cronmill.claim add attribute has_nodes boolean;
alter table cronmill.task add column graph_id bigint;
comment on column cronmill.task.graph_id is 'The graph it is a node of.';
alter table cronmill.dead_task add column graph_id bigint;
comment on column cronmill.dead_task.graph_id is 'The graph it is a node of.';
create index dead_task_of_graph on cronmill.dead_task (queue_id) where graph_id is not null;
comment on index cronmill.dead_task_of_graph is 'Dead tasks of graphs.';
alter table cronmill.done_task add column graph_id bigint;
comment on column cronmill.done_task.graph_id is 'The graph it was a node of.';
create table cronmill.graph (
    graph_id bigint generated always as identity,
    queue_id integer not null,
    name text collate "C",
    on_dead text not null default 'hold',
    deadline timestamptz,
    keep interval not null default interval '7 days',
    state text not null default 'active',
    open_nodes bigint not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    error text,
    constraint graph_pkey primary key (graph_id),
    constraint graph_on_dead_is_hold_or_cancel check (on_dead in ('hold', 'cancel')),
    constraint graph_state_is_known check (state in ('active', 'done', 'canceled')),
    constraint graph_name_has_1_to_200_bytes check (octet_length(name) between 1 and 200),
    constraint graph_name_has_no_control_characters check (name !~ '[\x01-\x1f\x7f]'),
    constraint graph_deadline_in_range
        check (deadline between '2000-01-01 00:00+00' and '9999-12-31 00:00+00'),
    constraint graph_keep_in_range check (
        keep between interval '0' and interval '36500 days'
        and extract(year from keep) between -200 and 200
        and extract(day from keep) between -73000 and 73000
    )
) with (fillfactor = 50);
create index graph_ended on cronmill.graph (ended_at) where ended_at is not null;
create index graph_failed on cronmill.graph (queue_id) where error is not null;
create index graph_deadline on cronmill.graph (deadline)
    where deadline is not null and state = 'active';
comment on table cronmill.graph is 'Graphs: tasks that wait for each other.';
comment on column cronmill.graph.graph_id is 'Key.';
comment on column cronmill.graph.queue_id is 'The queue of its tasks that name none of their own.';
comment on column cronmill.graph.name is 'What people call it; need not be unique.';
comment on column cronmill.graph.on_dead
    is 'What becomes of those that wait for a task to be done that is dead: they are held until it '
        'is redriven or purged, or canceled.';
comment on column cronmill.graph.deadline is 'After it nothing of the graph is released any more.';
comment on column cronmill.graph.keep is 'How long it is kept when it has ended.';
comment on column cronmill.graph.state
    is 'active; done: every node has ended; canceled: by somebody, or by its deadline.';
comment on column cronmill.graph.open_nodes is 'Nodes that have not ended yet; dead ones have.';
comment on column cronmill.graph.created_at is 'When it was made.';
comment on column cronmill.graph.ended_at is 'When its last node ended.';
comment on column cronmill.graph.error
    is 'Why an end could not be told to those that wait for it; tried again each hour.';
comment on index cronmill.graph_ended is 'Graphs that have ended, in order.';
comment on index cronmill.graph_failed is 'Graphs in which an end could not be told.';
comment on index cronmill.graph_deadline is 'Active graphs with a deadline.';
create table cronmill.node (
    task_id bigint not null,
    graph_id bigint not null,
    queue_id integer not null,
    ref text collate "C",
    join_kind text not null default 'all',
    missing integer not null default 0,
    met integer not null default 0,
    has_canceled boolean not null default false,
    state text not null,
    is_settled boolean not null default true,
    is_left boolean not null default false,
    has_died boolean not null default false,
    payload jsonb,
    priority smallint,
    run_at timestamptz,
    group_key text collate "C",
    timeout interval,
    max_attempts smallint,
    tags text[],
    ready_at timestamptz,
    ended_at timestamptz,
    result jsonb,
    constraint node_pkey primary key (task_id),
    constraint node_ref_is_unique unique (graph_id, ref),
    constraint node_join_is_all_or_one check (join_kind in ('all', 'one')),
    constraint node_missing_not_negative check (missing >= 0),
    constraint node_state_is_known
        check (state in ('waiting', 'ready', 'done', 'dead', 'skipped', 'canceled')),
    constraint node_waiting_has_a_task
        check (state <> 'waiting' or num_nulls(payload, priority, run_at) = 0),
    constraint node_ref_has_1_to_200_bytes check (octet_length(ref) between 1 and 200),
    constraint node_ref_has_no_control_characters check (ref !~ '[\x01-\x1f\x7f]')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index node_left on cronmill.node (queue_id) where is_left;
comment on table cronmill.node is 'Nodes of graphs: their tasks, from before they are ready.';
comment on column cronmill.node.task_id is 'Number of the task; greater than those of its parents.';
comment on column cronmill.node.graph_id is 'The graph.';
comment on column cronmill.node.queue_id is 'The queue its task is put into.';
comment on column cronmill.node.ref is 'What the graph calls it.';
comment on column cronmill.node.join_kind
    is 'all: it is ready when all of its edges are met; one: when one of them is.';
comment on column cronmill.node.missing is 'Edges to it whose parents have not ended yet.';
comment on column cronmill.node.met is 'Edges to it that are met.';
comment on column cronmill.node.has_canceled is 'Whether a parent was canceled.';
comment on column cronmill.node.state
    is 'waiting, ready (its task waits, or is being done), done, dead, skipped or canceled.';
comment on column cronmill.node.is_settled
    is 'False: it has ended, and those that wait for it have not been told.';
comment on column cronmill.node.is_left
    is 'They could not be told in that transaction: the next run does.';
comment on column cronmill.node.has_died
    is 'It was dead, and redriven or purged: only those that wait for it to be done are told now.';
comment on column cronmill.node.payload is 'While it waits: the payload of its task.';
comment on column cronmill.node.priority is 'The priority of its task.';
comment on column cronmill.node.run_at is 'Not before this time, also if it is ready before.';
comment on column cronmill.node.group_key is 'The group of its task.';
comment on column cronmill.node.timeout is 'Of its task, instead of the processor''s.';
comment on column cronmill.node.max_attempts is 'Of its task, instead of the processor''s.';
comment on column cronmill.node.tags is 'Words by which its task is found.';
comment on column cronmill.node.ready_at is 'When its task was put into the queue.';
comment on column cronmill.node.ended_at is 'When it ended.';
comment on column cronmill.node.result is 'What its handler gave with cronmill.done(result).';
comment on index cronmill.node_left is 'Nodes whose end is still to be told.';
create table cronmill.edge (
    parent_id bigint not null,
    child_id bigint not null,
    wanted text not null default 'done',
    condition jsonb,
    constraint edge_pkey primary key (parent_id, child_id),
    constraint edge_wanted_is_done_dead_or_any check (wanted in ('done', 'dead', 'any')),
    constraint edge_condition_is_of_done check (condition is null or wanted = 'done'),
    constraint edge_condition_has_1000_bytes check (octet_length(condition::text) <= 1000)
);
create index edge_child on cronmill.edge (child_id);
comment on table cronmill.edge is 'Edges of graphs: which node waits for which end of which.';
comment on column cronmill.edge.parent_id is 'The node whose end is waited for.';
comment on column cronmill.edge.child_id is 'The node that waits.';
comment on column cronmill.edge.wanted
    is 'done; dead; or any: done, dead or canceled.';
comment on column cronmill.edge.condition
    is 'What the parent''s result has to contain; otherwise the edge is refused.';
comment on index cronmill.edge_child is 'What a node waits for.';

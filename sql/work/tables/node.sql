-- Nodes: the tasks of graphs, also those that are not in cronmill.task yet, or no longer. A node is
-- waiting (for its parents), ready (its task is in cronmill.task), dead (it is in dead_task), or
-- has ended otherwise: done, skipped, canceled. Waiting ones change under the lock of their graph
-- only; others are changed by whoever holds the row of their task. None of the columns that change
-- when a task ends is in an index, so that the updates stay on their page.
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
    -- A task that is released once too often, or never, is what must not happen.
    constraint node_missing_not_negative check (missing >= 0),
    constraint node_state_is_known
        check (state in ('waiting', 'ready', 'done', 'dead', 'skipped', 'canceled')),
    constraint node_waiting_has_a_task
        check (state <> 'waiting' or num_nulls(payload, priority, run_at) = 0),
    constraint node_ref_has_1_to_200_bytes check (octet_length(ref) between 1 and 200),
    constraint node_ref_has_no_control_characters check (ref !~ '[\x01-\x1f\x7f]')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
-- Nearly always empty.
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

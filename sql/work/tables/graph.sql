-- Graphs: tasks that wait for each other. As with tasks there are no foreign keys, and only the
-- functions of this schema write here. Who changes a waiting node, or the graph, holds the row of
-- the graph locked (for no key update), which makes one at a time of all that propagate ends
-- (docs/graphs.md). open_nodes is in no index, so that its updates stay on their page.
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

-- Edges: which node waits for which, and for what end of it.
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

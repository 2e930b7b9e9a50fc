create table {{condition}}{{table}} (
    query_hash text collate "C" not null,
    partition_key text collate "C" not null,
    query text not null,
    result {{type}}[] not null,
    row_count bigint not null,
    is_cut boolean not null,
    computed_at timestamptz not null,
    took interval not null,
    primary key (query_hash, partition_key)
);
comment on table {{table}} is {{comment}};
comment on column {{table}}.query_hash
    is 'Key: the hash given with the task, else the SHA-256 of the query''s text in hexadecimal.';
comment on column {{table}}.partition_key
    is 'Key: what the values are keys of, as given with the task.';
comment on column {{table}}.query is 'The query.';
comment on column {{table}}.result is 'Its values: distinct, in order, without nulls.';
comment on column {{table}}.row_count is 'Number of values.';
comment on column {{table}}.is_cut
    is 'True: there were more values than the processor''s limit; these are the lowest.';
comment on column {{table}}.computed_at is 'When it was computed.';
comment on column {{table}}.took is 'How long that took.';

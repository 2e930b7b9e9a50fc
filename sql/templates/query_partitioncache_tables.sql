create table {{condition}}{{table}} (
    query_hash text not null,
    partition_key text not null,
    query text not null,
    status text not null default 'ok' check (status in ('ok', 'timeout', 'failed', 'limit')),
    last_seen timestamp not null default now(),
    primary key (query_hash, partition_key)
);
create table if not exists {{metadata}} (
    partition_key text primary key,
    datatype text not null check (datatype in ('integer', 'float', 'text', 'timestamp')),
    created_at timestamp default now()
);
comment on table {{table}} is {{comment}};

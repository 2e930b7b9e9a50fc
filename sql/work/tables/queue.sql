-- Queues: named lists of tasks.
create table cronmill.queue (
    queue_id integer generated always as identity,
    name text collate "C" not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint queue_pkey primary key (queue_id),
    constraint queue_name_is_unique unique (name),
    constraint queue_name_has_1_to_63_bytes check (octet_length(name) between 1 and 63),
    constraint queue_name_has_no_control_characters check (name !~ '[\x01-\x1f\x7f]')
);
comment on table cronmill.queue is 'Queues: named lists of tasks.';
comment on column cronmill.queue.queue_id is 'Key.';
comment on column cronmill.queue.name is 'What producers call it; 1 to 63 bytes.';
comment on column cronmill.queue.created_at is 'When it was made.';

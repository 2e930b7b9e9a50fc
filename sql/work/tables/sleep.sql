-- Slots on demand: which queues nobody looks into, so that who puts a task there has to ring. Each
-- has a bit of the sequence's value, by its number modulo 62. A sequence is no row: whatever the
-- isolation of a transaction, it reads what is true now.
create sequence cronmill.asleep as bigint minvalue 0 maxvalue 4611686018427387903 start 0;
comment on sequence cronmill.asleep
    is 'Bits of the queues whose processors are asleep, or about to be; set, never counted.';
-- What a processor noted when it lay down: the last ring it heard is the one that cannot wake it.
create table cronmill.sleep (
    processor_id integer not null,
    is_asleep boolean not null default false,
    heard text,
    told_at timestamptz,
    constraint sleep_pkey primary key (processor_id),
    constraint sleep_of_a_processor foreign key (processor_id)
        references cronmill.processor (processor_id) on delete cascade
);
comment on table cronmill.sleep is 'Processors that slept: which ring they heard last.';
comment on column cronmill.sleep.processor_id is 'The processor.';
comment on column cronmill.sleep.is_asleep
    is 'Its bit is set: it lay down, and no run has told since that it is awake.';
comment on column cronmill.sleep.heard
    is 'The ring of its database when it lay down; another one wakes it. Null: none yet.';
comment on column cronmill.sleep.told_at
    is 'When the registry was last told that it sleeps, or gives way.';

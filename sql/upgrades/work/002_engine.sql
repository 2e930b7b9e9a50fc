-- The engine that was generated into each processor's procedure is the same for all of them now
-- (sql/work/engine/).
alter type cronmill.run_start
    add attribute label text,
    add attribute handler_call text,
    add attribute takes_ids boolean,
    add attribute takes_batch boolean,
    add attribute slot integer,
    add attribute sleep_after interval,
    add attribute idle_since timestamptz,
    add attribute slots integer;
alter type cronmill.claim
    add attribute is_locked boolean,
    add attribute in_parts boolean,
    add attribute end_reason text,
    add attribute cancel_message text;
create type cronmill.level_claim as (
    total integer,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    ready_at timestamptz[],
    special bigint,
    mark_at timestamptz,
    mark_id bigint,
    goes_on boolean
);
comment on type cronmill.level_claim is
    'Tasks of one priority that were locked; and from where the next claim goes on.';
create type cronmill.scan as (
    ready_at timestamptz[],
    special bigint,
    levels bigint,
    from_at timestamptz[],
    from_id bigint[]
);
comment on type cronmill.scan is
    'What a claim knows of the tasks it has locked, besides the batch.';
create type cronmill.judged_error as (
    error cronmill.task_error,
    end_reason text,
    cancel_message text
);
comment on type cronmill.judged_error is 'With what a part failed, or why the run ends.';
create type cronmill.parts as (
    counters cronmill.counters,
    failures bigint,
    suspects bigint[],
    left_ids bigint[],
    left_places tid[],
    charged_ids bigint[],
    charged_places tid[],
    charged_errors cronmill.task_error[],
    end_reason text,
    cancel_message text,
    total integer,
    part_size integer
);
comment on type cronmill.parts is 'What became of the parts of a transaction, and what is left.';
comment on schema cronmill_processor
    is 'Cronmill: what is generated for processors, named for them.';
comment on column cronmill.processor.processor_id is 'Key.';
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
create type cronmill.vigil as (
    idle_since timestamptz,
    look_at timestamptz,
    others_wait boolean,
    must_yield boolean,
    confirm_at timestamptz,
    is_confirmed boolean,
    retry_at timestamptz,
    busy_since timestamptz,
    has_asked boolean
);
comment on type cronmill.vigil is 'What a run of a processor that sleeps has in mind.';
create type cronmill.rest as (
    state text,
    heard text,
    next_at timestamptz,
    slot_ids integer[],
    had_tasks boolean,
    wanted_slots integer
);
comment on type cronmill.rest
    is 'What the registry is told of a processor that falls asleep, gives way, or is awake.';
alter table cronmill.processor add column sleep_after interval;
alter table cronmill.processor add constraint processor_sleep_after_in_range
    check (
        sleep_after between interval '1 second' and interval '1 day'
        and extract(year from sleep_after) = 0 and extract(day from sleep_after) between -1 and 1
    );
comment on column cronmill.processor.sleep_after is
    'Time without a task after which its slots give back their place in pg_cron; null: never.';
-- Where the registry is in another database.
do $$
begin
    if to_regclass('cronmill.registry') is not null then
        alter foreign table cronmill.registry add column sleep_after interval;
        comment on column cronmill.registry.sleep_after is 'When its slots give back their place.';
        create foreign table cronmill.registry_rest (
            name text not null,
            state text,
            heard text,
            next_at timestamptz,
            slot_ids integer[],
            had_tasks boolean,
            wanted_slots integer
        )
        server cronmill
        options (schema_name 'cronmill_cron', table_name 'link_rest');
        comment on foreign table cronmill.registry_rest
            is 'What the registry is told of the sleep of processors; written only.';
        comment on column cronmill.registry_rest.name is 'Processor.';
        comment on column cronmill.registry_rest.state is 'asleep, wanted (it gives way) or awake.';
        comment on column cronmill.registry_rest.heard is 'The ring that it heard last.';
        comment on column cronmill.registry_rest.next_at
            is 'When it has to be woken without a ring.';
        comment on column cronmill.registry_rest.slot_ids is 'Keys of its slots'' advisory locks.';
        comment on column cronmill.registry_rest.had_tasks is 'Whether the run had tasks.';
        comment on column cronmill.registry_rest.wanted_slots
            is 'How many slots would have tasks; null: no more than have.';
    end if;
end $$;

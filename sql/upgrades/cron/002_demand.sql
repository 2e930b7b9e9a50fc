-- Slots on demand.
alter table cronmill_cron.processor add column sleep_after interval;
comment on column cronmill_cron.processor.sleep_after
    is 'Time without a task after which its slots give back their place; null: never.';
alter table cronmill_cron.installation
    add column budget integer,
    add column reserve integer not null default 2,
    add column quantum interval not null default '10 seconds',
    add constraint installation_budget_in_range
        check (budget between 1 and 10000 and reserve between 0 and 10000),
    add constraint installation_quantum_in_range
        check (quantum between interval '1 second' and interval '1 hour');
comment on column cronmill_cron.installation.budget
    is 'How many slots of processors that sleep may be at work at once; null: what pg_cron can run '
        'beside all else, less the reserve.';
comment on column cronmill_cron.installation.reserve
    is 'How many of pg_cron''s runs are left to others where there is no budget.';
comment on column cronmill_cron.installation.quantum
    is 'How long a processor that sleeps may be at work while others wait.';
comment on column cronmill_cron.installation.max_slots
    is 'How many slots of enabled processors that never sleep a work database may have, '
        'if nothing else is said of it.';
comment on column cronmill_cron.work_database.max_slots
    is 'How many slots of enabled processors that never sleep it may have; '
        'null for installation.max_slots.';
-- Slots on demand: what the dispatcher knows of the processors that sleep. Their jobs are always
-- active; what changes is their schedule, see job_schedule.
create table cronmill_cron.demand (
    work_database_id integer not null,
    processor text collate "C" not null,
    state text not null default 'wanted',
    changed_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    cause text,
    heard text,
    next_at timestamptz,
    slot_ids integer[],
    inserted bigint,
    sweep_at timestamptz,
    sweep_after interval not null default '5 seconds',
    missed_at timestamptz,
    slots integer not null default 1,
    wanted_slots integer,
    seen_slots integer not null default 0,
    give_up_at timestamptz,
    constraint demand_pkey primary key (work_database_id, processor),
    constraint demand_of_a_processor foreign key (work_database_id, processor)
        references cronmill_cron.processor (work_database_id, name) on delete cascade,
    constraint demand_state_is_known check (state in ('asleep', 'wanted', 'granted', 'awake')),
    constraint demand_has_slots check (
        cardinality(slot_ids) <= 1000 and slots > 0 and seen_slots between 0 and slots
    )
) with (fillfactor = 50);
comment on table cronmill_cron.demand
    is 'Processors that sleep: whether they are wanted, and have a place in pg_cron.';
comment on column cronmill_cron.demand.work_database_id is 'Its work database.';
comment on column cronmill_cron.demand.processor is 'The processor.';
comment on column cronmill_cron.demand.state
    is 'asleep; wanted: it waits for a place; granted: pg_cron is to start it; awake: it has been '
        'seen at work.';
comment on column cronmill_cron.demand.changed_at is 'Since when.';
comment on column cronmill_cron.demand.seen_at
    is 'When it was last seen at work, to within ten seconds.';
comment on column cronmill_cron.demand.cause
    is 'Why it was woken: enabled, ring, ringing (by a transaction that had not ended), time, '
        'sweep, start (of the server), yielded, unseen (it was granted, and nobody came), '
        'moved (its database came to another server or registry).';
comment on column cronmill_cron.demand.heard
    is 'The ring of its database that it heard last; another one wakes it.';
comment on column cronmill_cron.demand.next_at is 'When it is woken without a ring.';
comment on column cronmill_cron.demand.slot_ids
    is 'Second keys of its slots'' advisory locks; null: it has not told them.';
comment on column cronmill_cron.demand.inserted
    is 'Rows ever inserted in its database when it had gone to sleep, as far as they were counted.';
comment on column cronmill_cron.demand.sweep_at
    is 'When it is woken because rows were inserted since, of which no ring told.';
comment on column cronmill_cron.demand.sweep_after
    is 'How long after such a row; doubled with each time there was nothing to do.';
comment on column cronmill_cron.demand.missed_at
    is 'When a sweep last found tasks of which no ring had told.';
comment on column cronmill_cron.demand.slots
    is 'How many of its slots, from the first on, have a place while it is granted or awake.';
comment on column cronmill_cron.demand.wanted_slots
    is 'How many would have tasks, by its own word; null: no more than it has.';
comment on column cronmill_cron.demand.seen_slots
    is 'How many of those have been seen at work; pg_cron is to start the others.';
comment on column cronmill_cron.demand.give_up_at
    is 'When those at the end are given up that have not been seen at work again.';
-- Rings of a work database that is the cron database itself.
create table cronmill_cron.bell (
    ring bigint generated always as identity,
    constraint bell_pkey primary key (ring)
);
comment on table cronmill_cron.bell
    is 'Rings of the cron database where it is a work database, too.';
comment on column cronmill_cron.bell.ring is 'Number; the highest is the last.';
alter table cronmill_cron.alarm drop constraint alarm_kind_is_known;
alter table cronmill_cron.alarm add constraint alarm_kind_is_known
    check (kind in (
        'behind', 'failing', 'dead', 'overdue', 'silent', 'history', 'replica', 'capacity',
        'roles', 'housekeeper', 'lock', 'stuck', 'waiting', 'missed', 'held',
        'recurring'
    ));
comment on column cronmill_cron.alarm.kind
    is 'behind, failing, dead, overdue, silent, history, replica, capacity, roles, '
        'housekeeper, lock, stuck, waiting, missed, held, recurring.';
-- Graphs and recurring templates.
alter table cronmill_cron.backlog
    add column held bigint not null default 0,
    add column unfired boolean not null default false,
    add constraint backlog_held_in_range check (held between 0 and 1000000);
comment on column cronmill_cron.backlog.held
    is 'Nodes of graphs that wait for dead tasks; counted up to 10,001.';
comment on column cronmill_cron.backlog.unfired is 'Whether a recurring template is not fired.';
-- With other parameters it is another function, and beside the old one a call could mean either.
drop function if exists cronmill_cron.take_backlog(
    text, text, bigint, double precision, bigint, bigint, bigint, boolean);

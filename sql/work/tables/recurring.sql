-- Recurring templates: tasks that are put into a queue at the times of a schedule, its ticks. There
-- is no job of pg_cron for them: the runs of the queue's processor fire what is due (sql/work/
-- recurring/), and who sleeps is woken by the registry when the next one is.
create table cronmill.recurring (
    recurring_id integer generated always as identity,
    name text collate "C" not null,
    queue_id integer not null,
    schedule text not null,
    zone text not null default 'UTC',
    template jsonb not null,
    enabled boolean not null default true,
    catch_up text not null default 'one',
    catch_up_within interval not null default '1 day',
    overlap text not null default 'allow',
    defined_by text collate "C",
    next_at timestamptz,
    last_at timestamptz,
    last_task_id bigint,
    last_graph_id bigint,
    error text,
    created_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    constraint recurring_pkey primary key (recurring_id),
    constraint recurring_name_is_unique unique (name),
    constraint recurring_queue_exists foreign key (queue_id)
        references cronmill.queue (queue_id) on delete cascade,
    constraint recurring_name_has_1_to_63_bytes check (octet_length(name) between 1 and 63),
    constraint recurring_name_has_no_control_characters check (name !~ '[\x01-\x1f\x7f]'),
    constraint recurring_template_is_an_object check (jsonb_typeof(template) = 'object'),
    constraint recurring_catch_up_is_known check (catch_up in ('skip', 'one', 'all')),
    constraint recurring_catch_up_within_in_range check (
        catch_up_within > interval '0' and catch_up_within <= interval '366 days'
        and extract(year from catch_up_within) between -2 and 2
        and extract(day from catch_up_within) between -366 and 366
    ),
    constraint recurring_overlap_is_known check (overlap in ('allow', 'skip')),
    constraint recurring_enabled_has_a_tick check (enabled = (next_at is not null)),
    -- What was fired once is not fired again, whatever becomes of the clock.
    constraint recurring_goes_forward check (next_at > last_at)
);
create index recurring_due on cronmill.recurring (queue_id, next_at) where enabled;
comment on table cronmill.recurring
    is 'Recurring templates: tasks that are put into a queue at the ticks of a schedule.';
comment on column cronmill.recurring.recurring_id is 'Key.';
comment on column cronmill.recurring.name is 'Name; cannot be changed.';
comment on column cronmill.recurring.queue_id is 'The queue its tasks go into; cannot be changed.';
comment on column cronmill.recurring.schedule is 'Five cron fields.';
comment on column cronmill.recurring.zone is 'Time zone in which the schedule is read.';
comment on column cronmill.recurring.template
    is 'The task as an envelope: a payload, which is given its tick as _tick, and settings; or '
        'a graph of such.';
comment on column cronmill.recurring.enabled is 'False: its ticks pass.';
comment on column cronmill.recurring.catch_up
    is 'What becomes of ticks that could not be fired in time: skip (nothing), one (the last of '
        'them is fired), all (each is).';
comment on column cronmill.recurring.catch_up_within
    is 'Ticks that are longer ago than that are not made up for.';
comment on column cronmill.recurring.overlap
    is 'skip: no new task while one of it waits, is at work, or waits for its next attempt.';
comment on column cronmill.recurring.defined_by
    is 'The producer who defined it, and has to be one for as long as it fires; null: who may '
        'do so as a member of the owner.';
comment on column cronmill.recurring.next_at is 'Its next tick; null while it is disabled.';
comment on column cronmill.recurring.last_at is 'The last tick that was fired.';
comment on column cronmill.recurring.last_task_id is 'The task that the last tick made.';
comment on column cronmill.recurring.last_graph_id is 'The graph that was made last.';
comment on column cronmill.recurring.error
    is 'Why it was disabled by itself: it could not be fired.';
comment on column cronmill.recurring.created_at is 'When it was made.';
comment on column cronmill.recurring.changed_at is 'When somebody last changed it.';
comment on index cronmill.recurring_due is 'Templates of a queue by their next ticks.';

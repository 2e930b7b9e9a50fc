-- Alarms: raised once, cleared when what raised them is over, kept for ninety days after that.
create table cronmill_cron.alarm (
    alarm_id bigint generated always as identity,
    kind text collate "C" not null,
    database_name text collate "C",
    processor text collate "C",
    detail text not null,
    raised_at timestamptz not null default clock_timestamp(),
    cleared_at timestamptz,
    misses integer not null default 0,
    acknowledged_at timestamptz,
    acknowledged_by text,
    raised_told_at timestamptz,
    cleared_told_at timestamptz,
    tell_attempts integer not null default 0,
    tell_tried_at timestamptz,
    tell_error text,
    constraint alarm_pkey primary key (alarm_id),
    constraint alarm_kind_is_known
        check (kind in (
            'behind', 'failing', 'dead', 'overdue', 'silent', 'history', 'replica', 'capacity',
            'roles', 'housekeeper', 'lock', 'stuck', 'waiting', 'missed', 'held',
            'recurring'
        )),
    constraint alarm_of_a_processor_names_its_database
        check (processor is null or database_name is not null)
);
create unique index alarm_is_raised_once
    on cronmill_cron.alarm (kind, database_name, processor) nulls not distinct
    where cleared_at is null;
comment on table cronmill_cron.alarm
    is 'Alarms that are raised, and for ninety days those that were.';
comment on column cronmill_cron.alarm.alarm_id is 'Key.';
comment on column cronmill_cron.alarm.kind
    is 'behind, failing, dead, overdue, silent, history, replica, capacity, roles, '
        'housekeeper, lock, stuck, waiting, missed, held, recurring.';
comment on column cronmill_cron.alarm.database_name
    is 'The work database; null if it is about the server.';
comment on column cronmill_cron.alarm.processor
    is 'The processor; null if it is about all of the database, or the server.';
comment on column cronmill_cron.alarm.detail
    is 'What was the matter when it was raised, a sentence.';
comment on column cronmill_cron.alarm.raised_at is 'When it was raised.';
comment on column cronmill_cron.alarm.cleared_at
    is 'When it was found to be over; null while it is not.';
comment on column cronmill_cron.alarm.misses
    is 'How many times in a row it has not been found; the second clears it.';
comment on column cronmill_cron.alarm.acknowledged_at is 'When somebody said that they know.';
comment on column cronmill_cron.alarm.acknowledged_by is 'The role that logged in to say so.';
comment on column cronmill_cron.alarm.raised_told_at
    is 'When the alarm function was told that it is raised.';
comment on column cronmill_cron.alarm.cleared_told_at
    is 'When the alarm function was told that it is over.';
comment on column cronmill_cron.alarm.tell_attempts
    is 'Calls of the alarm function that failed since one succeeded; '
        'after the fifth it is not called again.';
comment on column cronmill_cron.alarm.tell_tried_at is 'When the last of them began.';
comment on column cronmill_cron.alarm.tell_error is 'Why the last call failed.';
comment on index cronmill_cron.alarm_is_raised_once is 'An alarm is raised once until it is over.';

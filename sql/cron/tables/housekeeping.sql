-- A pass over pg_cron's history, from the newest run to the oldest, window by window, each a
-- transaction.
create type cronmill_cron.prune_pass as (
    began_at timestamptz,
    older_than interval,
    keep bigint,
    database_names text[],
    processors text[],
    include_others boolean,
    is_rehearsal boolean,
    limits jsonb,
    first_runid bigint,
    next_runid bigint,
    floor_runid bigint,
    later_at timestamptz,
    ranks jsonb,
    removed jsonb,
    kept_runid bigint,
    kept_jobids bigint[],
    is_over boolean
);
comment on type cronmill_cron.prune_pass
    is 'A pass over the history: what is to be removed, how far it has come, '
        'and what it has found.';
-- One row: what the second housekeeper has to remember, and whom it tells of alarms.
create table cronmill_cron.housekeeping (
    only_row boolean not null default true,
    pass cronmill_cron.prune_pass,
    floor_runid bigint not null default 0,
    alarm_function text,
    alarm_routine oid,
    alarm_role text,
    constraint housekeeping_pkey primary key (only_row),
    constraint housekeeping_has_one_row check (only_row),
    constraint housekeeping_alarm_function_has_a_role
        check (num_nulls(alarm_function, alarm_routine, alarm_role) in (0, 3))
);
insert into cronmill_cron.housekeeping (only_row) values (true);
comment on table cronmill_cron.housekeeping
    is 'One row: what the second housekeeper remembers, and whom it tells of alarms.';
comment on column cronmill_cron.housekeeping.only_row is 'Always true: keeps the table to one row.';
comment on column cronmill_cron.housekeeping.pass
    is 'The pass over the history that is under way, or the last one.';
comment on column cronmill_cron.housekeeping.floor_runid
    is 'Below it the last pass left no run of ours.';
comment on column cronmill_cron.housekeeping.alarm_function
    is 'Function that is called with every alarm, as its signature; null for none.';
comment on column cronmill_cron.housekeeping.alarm_routine
    is 'The same: a function of that name that somebody else makes later has another number.';
comment on column cronmill_cron.housekeeping.alarm_role
    is 'Role that calls it, by a job of its own.';

-- One row: what is installed here, and what pg_cron can run where its settings cannot be read.
create table cronmill_cron.installation (
    only_row boolean not null default true,
    schema_version integer not null,
    fingerprint text not null default '',
    made_pg_cron boolean not null default false,
    given_max_running_jobs integer,
    given_others integer,
    activations bigint not null default 0,
    max_slots integer not null default 16,
    max_jobs integer not null default 200,
    installed_at timestamptz not null default clock_timestamp(),
    budget integer,
    reserve integer not null default 2,
    quantum interval not null default '10 seconds',
    constraint installation_pkey primary key (only_row),
    constraint installation_has_one_row check (only_row),
    constraint installation_quota_in_range
        check (max_slots between 0 and 10000 and max_jobs between 0 and 100000),
    constraint installation_budget_in_range
        check (budget between 1 and 10000 and reserve between 0 and 10000),
    constraint installation_quantum_in_range
        check (quantum between interval '1 second' and interval '1 hour')
);
comment on table cronmill_cron.installation
    is 'One row: version, and what was said of pg_cron''s capacity.';
comment on column cronmill_cron.installation.only_row is 'Always true: keeps the table to one row.';
comment on column cronmill_cron.installation.schema_version
    is 'Number of the last file of sql/upgrades that the tables correspond to.';
comment on column cronmill_cron.installation.fingerprint
    is 'Hash of the SQL files last installed; setup compares it.';
comment on column cronmill_cron.installation.made_pg_cron
    is 'True if setup created the extension pg_cron, so that remove --cron may drop it.';
comment on column cronmill_cron.installation.given_max_running_jobs
    is 'cron.max_running_jobs as given with --max-running-jobs, where it cannot be read.';
comment on column cronmill_cron.installation.given_others
    is 'Active jobs of others as given with --others, where they cannot be seen.';
comment on column cronmill_cron.installation.activations
    is 'Counts changes that activate jobs: two at once cannot both count the same free places '
        '(the later one gets 40001).';
comment on column cronmill_cron.installation.max_slots
    is 'How many slots of enabled processors that never sleep a work database may have, '
        'if nothing else is said of it.';
comment on column cronmill_cron.installation.max_jobs
    is 'How many jobs it may have, active or not.';
comment on column cronmill_cron.installation.installed_at is 'When setup first ran here.';
comment on column cronmill_cron.installation.budget
    is 'How many slots of processors that sleep may be at work at once; null: what pg_cron can run '
        'beside all else, less the reserve.';
comment on column cronmill_cron.installation.reserve
    is 'How many of pg_cron''s runs are left to others where there is no budget.';
comment on column cronmill_cron.installation.quantum
    is 'How long a processor that sleeps may be at work while others wait.';

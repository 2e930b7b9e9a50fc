-- Backends that overran the deadline they published, and were canceled: those that do not heed it
-- are terminated.
create table cronmill_cron.overdue_backend (
    pid integer not null,
    backend_start timestamptz not null,
    published text not null,
    database_name text not null,
    role_name text not null,
    canceled_at timestamptz not null default clock_timestamp(),
    terminated_at timestamptz,
    failure text,
    constraint overdue_backend_pkey primary key (pid, backend_start, published)
);
comment on table cronmill_cron.overdue_backend
    is 'Backends that overran the deadline they published.';
comment on column cronmill_cron.overdue_backend.pid is 'Its process.';
comment on column cronmill_cron.overdue_backend.backend_start
    is 'When it began: a process id comes again.';
comment on column cronmill_cron.overdue_backend.published
    is 'Its application_name, with slot, start and deadline.';
comment on column cronmill_cron.overdue_backend.database_name is 'Its database.';
comment on column cronmill_cron.overdue_backend.role_name is 'Its role.';
comment on column cronmill_cron.overdue_backend.canceled_at is 'When it was first canceled.';
comment on column cronmill_cron.overdue_backend.terminated_at
    is 'When it was first told to terminate, because it did not heed that.';
comment on column cronmill_cron.overdue_backend.failure is 'Why it could not be signaled.';

-- The housekeepers that run as the registry's owner: who is at it, and how it went. A backend that
-- finds another one named here, still there, has nothing to do.
create table cronmill_cron.housekeeper (
    name text collate "C" not null,
    pid integer,
    backend_start timestamptz,
    looked_at timestamptz,
    failed_at timestamptz,
    failure text,
    constraint housekeeper_pkey primary key (name)
);
insert into cronmill_cron.housekeeper (name) values ('watch'), ('house');
comment on table cronmill_cron.housekeeper is 'The housekeepers: who is at it, and how it went.';
comment on column cronmill_cron.housekeeper.name is 'watch, house.';
comment on column cronmill_cron.housekeeper.pid
    is 'Process of the backend that is at it, or was last.';
comment on column cronmill_cron.housekeeper.backend_start
    is 'When that backend began: a process id comes again.';
comment on column cronmill_cron.housekeeper.looked_at
    is 'When it last looked to the end, to within ten seconds.';
comment on column cronmill_cron.housekeeper.failed_at
    is 'When it last failed; null once it looked to the end.';
comment on column cronmill_cron.housekeeper.failure is 'What failed then.';

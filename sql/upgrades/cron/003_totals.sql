-- What processors have done since they were set up, and whether their handler can be called.
alter table cronmill_cron.backlog
    add column runs_total bigint,
    add column failed_runs_total bigint,
    add column done_total bigint,
    add column failed_total bigint,
    add column dead_total bigint,
    add column no_handler boolean not null default false,
    add constraint backlog_totals_in_range check (
        runs_total between 0 and 1e18 and failed_runs_total between 0 and 1e18
        and done_total between 0 and 1e18 and failed_total between 0 and 1e18
        and dead_total between 0 and 1e18
    );
comment on column cronmill_cron.backlog.runs_total is 'Runs since it was set up.';
comment on column cronmill_cron.backlog.failed_runs_total
    is 'Of them those that ended uncleanly, were canceled or could not call the handler.';
comment on column cronmill_cron.backlog.done_total is 'Tasks done since it was set up.';
comment on column cronmill_cron.backlog.failed_total
    is 'Attempts that failed since it was set up.';
comment on column cronmill_cron.backlog.dead_total
    is 'Tasks that failed for the last time since it was set up.';
comment on column cronmill_cron.backlog.no_handler is 'Whether its handler cannot be called.';

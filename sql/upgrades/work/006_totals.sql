-- What a slot has done since it was set up, which only grows, and is told the registry.
alter table cronmill.slot add column failed_runs bigint not null default 0;
comment on column cronmill.slot.failed_runs
    is 'Runs that ended uncleanly, were canceled or could not call the handler, of those that are '
        'no longer in cronmill.run.';
alter type cronmill.backlog
    add attribute runs_total bigint,
    add attribute failed_runs_total bigint,
    add attribute done_total bigint,
    add attribute failed_total bigint,
    add attribute dead_total bigint;
comment on type cronmill.backlog
    is 'Tasks that are ready and dead, attempts of the last quarter of an hour, whether the '
        'processor is paused, how many nodes of graphs wait for dead tasks, whether a recurring '
        'template is not fired, and what its slots have done since it was set up.';
do $$
begin
    if to_regclass('cronmill.registry_backlog') is not null then
        alter foreign table cronmill.registry_backlog
            add column runs_total bigint,
            add column failed_runs_total bigint,
            add column done_total bigint,
            add column failed_total bigint,
            add column dead_total bigint;
        comment on column cronmill.registry_backlog.runs_total is 'Runs so far.';
        comment on column cronmill.registry_backlog.failed_runs_total
            is 'Runs so far that failed.';
        comment on column cronmill.registry_backlog.done_total is 'Tasks done so far.';
        comment on column cronmill.registry_backlog.failed_total
            is 'Attempts so far that failed.';
        comment on column cronmill.registry_backlog.dead_total
            is 'Tasks so far that failed for the last time.';
    end if;
end $$;

-- Where processors tell the registry of themselves; the view on the other side takes an insert as
-- their word.
create foreign table cronmill.registry_backlog (
    name text not null,
    ready bigint,
    oldest_ready_seconds double precision,
    dead bigint,
    done bigint,
    failed bigint,
    paused boolean,
    held bigint,
    unfired boolean,
    runs_total bigint,
    failed_runs_total bigint,
    done_total bigint,
    failed_total bigint,
    dead_total bigint,
    no_handler boolean
)
server cronmill
options (schema_name 'cronmill_cron', table_name 'link_backlog');
comment on foreign table cronmill.registry_backlog
    is 'What the registry is told of processors; written only.';
comment on column cronmill.registry_backlog.name is 'Processor.';
comment on column cronmill.registry_backlog.ready is 'Tasks that are ready.';
comment on column cronmill.registry_backlog.oldest_ready_seconds
    is 'How long the oldest of them has been.';
comment on column cronmill.registry_backlog.dead is 'Dead tasks.';
comment on column cronmill.registry_backlog.done is 'Tasks done in the last quarter of an hour.';
comment on column cronmill.registry_backlog.failed
    is 'Attempts that failed in the last quarter of an hour.';
comment on column cronmill.registry_backlog.paused is 'Whether it is paused.';
comment on column cronmill.registry_backlog.held is 'Nodes of graphs that wait for dead tasks.';
comment on column cronmill.registry_backlog.unfired
    is 'Whether a recurring template is not fired.';
comment on column cronmill.registry_backlog.runs_total is 'Runs so far.';
comment on column cronmill.registry_backlog.failed_runs_total is 'Runs so far that failed.';
comment on column cronmill.registry_backlog.done_total is 'Tasks done so far.';
comment on column cronmill.registry_backlog.failed_total is 'Attempts so far that failed.';
comment on column cronmill.registry_backlog.dead_total
    is 'Tasks so far that failed for the last time.';
comment on column cronmill.registry_backlog.no_handler
    is 'Whether its handler cannot be called.';

-- What a slot has done since it was set up, which only grows, and is told the registry.
alter table cronmill.slot
    add column failed_runs bigint not null default 0,
    add column last_run_id bigint,
    add column waited bigint[] not null default '{}',
    add column worked bigint[] not null default '{}';
comment on column cronmill.slot.failed_runs
    is 'Runs before the last one that ended uncleanly, were canceled or could not call the '
        'handler.';
comment on column cronmill.slot.last_run_id is 'The last run, or the present one.';
comment on column cronmill.slot.waited
    is 'Histogram of the waits of tasks in runs before the last one, see cronmill.run.';
comment on column cronmill.slot.worked
    is 'Histogram of what handlers took in runs before the last one, see cronmill.run.';
comment on column cronmill.slot.done is 'Tasks done by runs before the last one.';
comment on column cronmill.slot.failed is 'Attempts that failed in runs before the last one.';
comment on column cronmill.slot.dead
    is 'Tasks that failed for the last time in runs before the last one.';
-- They had those of runs that are no longer in cronmill.run.
update cronmill.slot as s
set last_run_id = (
    select r.run_id from cronmill.run as r
    where r.slot_id = s.slot_id order by r.run_id desc limit 1
);
update cronmill.slot as s
set done = s.done + r.done, failed = s.failed + r.failed, dead = s.dead + r.dead
from (
    select r.slot_id, sum(r.done) as done, sum(r.failed) as failed, sum(r.dead) as dead
    from cronmill.run as r
    join cronmill.slot as o on o.slot_id = r.slot_id and o.last_run_id <> r.run_id
    group by r.slot_id
) as r
where r.slot_id = s.slot_id;
alter type cronmill.backlog
    add attribute runs_total bigint,
    add attribute failed_runs_total bigint,
    add attribute done_total bigint,
    add attribute failed_total bigint,
    add attribute dead_total bigint,
    add attribute no_handler boolean;
comment on type cronmill.backlog
    is 'Tasks that are ready and dead, attempts of the last quarter of an hour, whether the '
        'processor is paused, how many nodes of graphs wait for dead tasks, whether a recurring '
        'template is not fired, what its slots have done since it was set up, and whether its '
        'handler cannot be called.';
do $$
begin
    if to_regclass('cronmill.registry_backlog') is not null then
        alter foreign table cronmill.registry_backlog
            add column runs_total bigint,
            add column failed_runs_total bigint,
            add column done_total bigint,
            add column failed_total bigint,
            add column dead_total bigint,
            add column no_handler boolean;
        comment on column cronmill.registry_backlog.runs_total is 'Runs so far.';
        comment on column cronmill.registry_backlog.failed_runs_total
            is 'Runs so far that failed.';
        comment on column cronmill.registry_backlog.done_total is 'Tasks done so far.';
        comment on column cronmill.registry_backlog.failed_total
            is 'Attempts so far that failed.';
        comment on column cronmill.registry_backlog.dead_total
            is 'Tasks so far that failed for the last time.';
        comment on column cronmill.registry_backlog.no_handler
            is 'Whether its handler cannot be called.';
    end if;
end $$;

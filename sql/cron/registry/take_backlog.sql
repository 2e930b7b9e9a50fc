-- Takes what a processor says of itself. Nothing is made of one that is not registered; the lock of
-- its row is not waited for, since the run that says so waits for us. Changes
-- cronmill_cron.backlog.
-- Executed by: take_link_backlog.
create or replace function cronmill_cron.take_backlog(
    database_name text, name text, ready bigint, oldest_ready_seconds double precision,
    dead bigint, done bigint, failed bigint, paused boolean,
    held bigint default 0, unfired boolean default false,
    runs_total bigint default null, failed_runs_total bigint default null,
    done_total bigint default null, failed_total bigint default null,
    dead_total bigint default null, no_handler boolean default false
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $function$
begin
    insert into cronmill_cron.backlog as b (
        work_database_id, processor, pushed_at, ready, oldest_ready_seconds, dead, done, failed,
        paused, held, unfired, runs_total, failed_runs_total, done_total, failed_total, dead_total,
        no_handler
    )
    select
        p.work_database_id, p.name, clock_timestamp(), take_backlog.ready,
        take_backlog.oldest_ready_seconds, take_backlog.dead, take_backlog.done,
        take_backlog.failed, take_backlog.paused, take_backlog.held, take_backlog.unfired,
        take_backlog.runs_total, take_backlog.failed_runs_total, take_backlog.done_total,
        take_backlog.failed_total, take_backlog.dead_total, take_backlog.no_handler
    from cronmill_cron.processor as p
    join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
    where w.name = take_backlog.database_name and p.name = take_backlog.name
    on conflict on constraint backlog_pkey do update
    set
        pushed_at = excluded.pushed_at,
        ready = excluded.ready,
        oldest_ready_seconds = excluded.oldest_ready_seconds,
        dead = excluded.dead,
        done = excluded.done,
        failed = excluded.failed,
        paused = excluded.paused,
        held = excluded.held,
        unfired = excluded.unfired,
        runs_total = excluded.runs_total,
        failed_runs_total = excluded.failed_runs_total,
        done_total = excluded.done_total,
        failed_total = excluded.failed_total,
        dead_total = excluded.dead_total,
        no_handler = excluded.no_handler;
end
$function$;
comment on function cronmill_cron.take_backlog(
    text, text, bigint, double precision, bigint, bigint, bigint, boolean, bigint, boolean,
    bigint, bigint, bigint, bigint, bigint, boolean)
    is 'Takes what a processor says of itself.';
revoke all on function cronmill_cron.take_backlog(
    text, text, bigint, double precision, bigint, bigint, bigint, boolean, bigint, boolean,
    bigint, bigint, bigint, bigint, bigint, boolean)
    from public;

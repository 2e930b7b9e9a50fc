-- pg_cron's launcher and what it depends on, as far as it can be seen: null is not visible. The
-- launcher is known by its name in pg_stat_activity, which every role may see; of its settings
-- pg_read_all_settings decides.
-- Executed by: monitors and operators; status of the command line.
create or replace function cronmill_cron.scheduler(
    out zone text,
    out zone_is_assumed boolean,
    out is_standby boolean,
    out is_loaded boolean,
    out cron_database text,
    out launches_jobs boolean,
    out keeps_history boolean,
    out launcher_pid integer,
    out launcher_started_at timestamptz,
    out launcher_returns boolean,
    out runs_going integer
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    newest_runid bigint;
begin
    select r.zone, r.is_assumed into zone, zone_is_assumed from cronmill_cron.schedule_rules() as r;
    is_standby := pg_catalog.pg_is_in_recovery();
    if not zone_is_assumed then
        select
            count(*) > 0,
            max(s.setting) filter (where s.name = 'cron.database_name'),
            -- It came with 1.6, and with it the launcher began to come back when it is ended.
            coalesce(
                bool_and(s.setting = 'on') filter (where s.name = 'cron.launch_active_jobs'), true),
            coalesce(bool_and(s.setting = 'on') filter (where s.name = 'cron.log_run'), true),
            count(*) filter (where s.name = 'cron.launch_active_jobs') > 0
        into is_loaded, cron_database, launches_jobs, keeps_history, launcher_returns
        from pg_catalog.pg_settings as s
        where s.name in ('cron.database_name', 'cron.launch_active_jobs', 'cron.log_run');
    end if;
    -- Of rows of others a role without pg_read_all_stats sees process, user and name.
    select a.pid, a.backend_start
    into launcher_pid, launcher_started_at
    from pg_catalog.pg_stat_activity as a
    where a.application_name = 'pg_cron scheduler' and a.usesysid = 10
    limit 1;
    select e.newest into newest_runid from cronmill_cron.history_ends() as e;
    select count(*)
    into runs_going
    from cronmill_cron.visible_runs(newest_runid - 10000, newest_runid) as r
    join pg_catalog.pg_stat_activity as a on a.pid = r.job_pid
    where r.status in ('starting', 'connecting', 'sending', 'running');
end
$function$;
comment on function cronmill_cron.scheduler()
    is 'pg_cron''s launcher and what it depends on, as far as it can be seen.';
revoke all on function cronmill_cron.scheduler() from public;

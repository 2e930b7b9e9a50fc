-- What there are alarms about at this moment. Those that are not raised are near their threshold,
-- at four fifths of it or more: they keep an alarm up that is, and raise none.
-- Executed by: raise_alarms.
create or replace function cronmill_cron.troubles()
returns table (kind text, database_name text, processor text, detail text, is_raised boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    server record;
begin
    return query
    select p.kind, p.database_name, p.processor, p.detail, p.is_raised
    from cronmill_cron.processor_troubles() as p;
    return query
    select s.kind, s.database_name, s.processor, s.detail, s.is_raised
    from cronmill_cron.silences() as s;
    return query
    select d.kind, d.database_name, d.processor, d.detail, d.is_raised
    from cronmill_cron.demand_troubles() as d;

    select t.history, t.replica, cronmill_cron.history_rows((t.history * 0.8)::bigint) as rows
    into server
    from cronmill_cron.thresholds() as t;
    return query
    select 'history', null::text, null::text,
        pg_catalog.format(
            'pg_cron''s history has about %s rows; with those of other jobs they go by: '
                'cronmill prune --all --include-others',
            cronmill_cron.number_text(round(server.rows, -3))),
        server.rows >= server.history
    where server.rows >= server.history * 0.8;
    return query
    select 'replica', null::text, null::text,
        pg_catalog.format('Standby %s is %s behind.',
            string_agg(format('"%s"', r.application_name), ', ' order by r.application_name),
            cronmill_cron.duration_text(max(r.replay_lag))),
        bool_or(r.replay_lag >= server.replica)
    from pg_catalog.pg_stat_replication as r
    where r.replay_lag >= server.replica * 0.8
    having count(*) > 0;
    return query
    select 'capacity', null::text, null::text,
        pg_catalog.format(
            '%s jobs are active and pg_cron can run %s at once: %s.', c.needed, c.max_running_jobs,
            case when c.hangs_above then 'it can hang for everybody'
                else 'some runs wait for others to end' end),
        true
    from cronmill_cron.capacity() as c
    where c.needed > c.max_running_jobs;
    return query
    select 'roles', w.name, null::text,
        pg_catalog.format(
            'Functions in schema cronmill_run_as may not be called, so these roles'' jobs and runs '
                'are not seen: %s.',
            string_agg(
                pg_catalog.format('"%s" (%s)', b.role_name, b.fault), ', ' order by b.role_name)),
        true
    from cronmill_cron.broken_roles() as b
    left join cronmill_cron.run_as as a on a.role_name = b.role_name
    left join cronmill_cron.work_database as w on w.work_database_id = a.work_database_id
    group by w.name;
    return query
    select 'housekeeper', pg_catalog.current_database()::text, f.name, f.fault, true
    from cronmill_cron.house_faults() as f;
    return query
    select 'housekeeper', pg_catalog.current_database()::text, 'deliver',
        pg_catalog.format('Nobody is told of alarms: %s.', cronmill_cron.alarm_fault()), true
    where cronmill_cron.alarm_fault() is not null;
    return query
    select 'stuck', o.database_name, null::text,
        string_agg(
            pg_catalog.format(
                'Process %s of role "%s" overran its deadline and %s.', o.pid, o.role_name,
                case
                    when o.failure is not null
                        then pg_catalog.format('may not be canceled (%s)', o.failure)
                    when o.terminated_at is null then 'does not heed a cancel'
                    else 'did not heed a cancel, so it was told to terminate'
                end),
            ' ' order by o.canceled_at),
        true
    from cronmill_cron.overdue_backend as o
    where o.failure is not null or o.canceled_at < clock_timestamp() - interval '30 seconds'
    group by o.database_name;
    return query
    select 'lock', s.database_name, null::text,
        pg_catalog.format(
            'Advisory locks of Cronmill are held by strangers, and are not believed: %s.',
            string_agg(
                pg_catalog.format('process %s of role "%s"', s.pid, s.role_name),
                ', ' order by s.pid)),
        true
    from cronmill_cron.lock_strangers() as s
    group by s.database_name;
end
$function$;
comment on function cronmill_cron.troubles() is 'What there are alarms about at this moment.';
revoke all on function cronmill_cron.troubles() from public;

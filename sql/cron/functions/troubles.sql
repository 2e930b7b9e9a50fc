-- A duration as alarms tell it. Executed by: troubles.
create or replace function cronmill_cron.duration_text(duration interval)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when duration < interval '2 minutes' then format('%s s', floor(extract(epoch from duration)))
        when duration < interval '2 hours' then format('%s min', floor(extract(epoch from duration) / 60))
        when duration < interval '2 days' then format('%s h', floor(extract(epoch from duration) / 3600))
        else format('%s days', floor(extract(epoch from duration) / 86400))
    end;
end;
comment on function cronmill_cron.duration_text(interval) is 'A duration in words.';
revoke all on function cronmill_cron.duration_text(interval) from public;

-- Alarms of processors that were due to say how they are, and have not. Whether pg_cron started them since tells why:
-- not (overdue), yes and each of its runs failed (failing), yes and they go on (the link of their database is silent).
-- A run that has been in one transaction all the time could not speak. What is raised already is looked into for the
-- last ten minutes only, and stays where these tell nothing new. Executed by: troubles.
create or replace function cronmill_cron.silences()
returns table (kind text, database_name text, processor text, detail text, is_raised boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
    rules record;
    has_history boolean := true;
begin
    select r.zone, r.needs_both_days into rules from cronmill_cron.schedule_rules() as r;
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
        has_history := coalesce(pg_catalog.current_setting('cron.log_run', true)::boolean, true);
    end if;
    return query
    with late as materialized (
        select
            w.name as database_name, p.name as processor, heard.of_at, t.overdue, t.silent, now_at - next.due_at as late_by,
            w.link_role is not null as is_linked,
            case when a.kind is null then next.due_at else now_at - interval '10 minutes' end as look_from, a.kind as known_kind
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        left join cronmill_cron.backlog as b on b.work_database_id = p.work_database_id and b.processor = p.name
        cross join lateral (select greatest(b.pushed_at, p.changed_at) as of_at) as heard
        cross join lateral (
            select cronmill_cron.next_due(p.schedule, heard.of_at, rules.zone, rules.needs_both_days) as due_at
        ) as next
        cross join lateral cronmill_cron.thresholds(w.name, p.name) as t
        left join lateral (
            select o.kind
            from cronmill_cron.alarm as o
            where o.cleared_at is null and o.database_name = w.name
                and (o.kind in ('overdue', 'failing') and o.processor = p.name or o.kind = 'silent')
            order by o.processor
            limit 1
        ) as a on true
        where p.enabled and now_at - next.due_at >= least(t.overdue, t.silent)
    ),
    seen as materialized (
        -- A run that failed to connect has no start with pg_cron 1.4: it is as old as the runs before it.
        select h.database_name, h.processor, h.status,
            coalesce(h.started_at, max(h.started_at) over (order by h.runid)) as started_at,
            coalesce(s.xact_start < now_at - interval '1 minute', false) as is_busy
        from (select min(l.look_from) as since from late as l having count(*) > 0) as look
        cross join lateral cronmill_cron.history(100000, look.since, null, null) as h
        left join pg_catalog.pg_stat_activity as s
            on s.pid = h.pid and h.status = 'running' and s.datname = h.database_name and s.state = 'active'
    ),
    judged as (
        select l.*, runs.total, runs.failed,
            case
                when runs.busy > 0 then null
                when runs.total = 0 and l.known_kind is not null then l.known_kind
                when not has_history then 'silent'
                when runs.total = 0 then 'overdue'
                when runs.total = runs.failed then 'failing'
                when l.is_linked then 'silent'
            end as verdict
        from late as l
        cross join lateral (
            select count(*) as total, count(*) filter (where s.status in ('failed', 'gone')) as failed, count(*) filter (where s.is_busy) as busy
            from seen as s
            where (s.database_name, s.processor) = (l.database_name, l.processor)
                and (s.started_at >= l.look_from or s.is_busy)
        ) as runs
    )
    select j.verdict, j.database_name, j.processor,
        case j.verdict
            when 'overdue' then pg_catalog.format('No run has started, though one was due %s ago.',
                cronmill_cron.duration_text(j.late_by))
            else pg_catalog.format('Every run since one was due %s ago failed, %s in all; cronmill runs tells why.',
                cronmill_cron.duration_text(j.late_by), j.failed)
        end,
        coalesce(j.late_by >= j.overdue, false)
    from judged as j
    where j.verdict = 'overdue' and j.overdue is not null or j.verdict = 'failing'
    union all
    select 'silent', j.database_name, null,
        pg_catalog.format('Runs go on, but the link has not told how its processors are for %s: %s.',
            cronmill_cron.duration_text(max(now_at - j.of_at)),
            string_agg(j.processor, ', ' order by j.processor)),
        bool_or(j.late_by >= j.silent)
    from judged as j
    where j.verdict = 'silent' and j.silent is not null
    group by j.database_name;
end
$function$;
comment on function cronmill_cron.silences() is 'What alarms there are of processors that say nothing.';
revoke all on function cronmill_cron.silences() from public;

-- Number of rows in pg_cron's history that can be seen: counted in twenty windows between the oldest and the newest,
-- because it has no index but runid and its statistics are old. Null if there are surely fewer than asked about.
-- Executed by: troubles.
create or replace function cronmill_cron.history_rows(at_least bigint)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    lowest_runid bigint;
    total bigint;
    width bigint;
    counted bigint;
begin
    select e.before_oldest + 1, e.newest - e.before_oldest into lowest_runid, total from cronmill_cron.history_ends() as e;
    if (total >= at_least) is not true then
        return null;
    end if;
    width := least(1000, greatest(1, total / 20));
    select count(*) into counted
    from generate_series(0, 19) as n (place)
    cross join lateral (select lowest_runid - 1 + total / 20 * n.place as above) as w
    cross join lateral cronmill_cron.visible_runs(w.above, w.above + width) as d;
    return counted * total / (20.0 * width);
end
$function$;
comment on function cronmill_cron.history_rows(bigint) is 'About how many rows the history has, if that can be so many.';
revoke all on function cronmill_cron.history_rows(bigint) from public;

-- What there are alarms about at this moment. Those that are not raised are near their threshold, at four fifths of it
-- or more: they keep an alarm up that is, and raise none. Executed by: raise_alarms.
create or replace function cronmill_cron.troubles()
returns table (kind text, database_name text, processor text, detail text, is_raised boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    rules record;
    server record;
begin
    select r.zone, r.needs_both_days into rules from cronmill_cron.schedule_rules() as r;
    return query
    with measured as (
        select w.name as database_name, p.name as processor, b.ready, b.dead, b.failed, b.done + b.failed as attempts,
            t.behind, t.failing, t.dead as dead_from,
            -- What became ready between two runs waits for the next one: that is what its schedule means.
            case when b.ready > 0 and not b.paused then b.pushed_at - coalesce(
                cronmill_cron.next_due(p.schedule, b.pushed_at - make_interval(secs => b.oldest_ready_seconds),
                    rules.zone, rules.needs_both_days),
                b.pushed_at - make_interval(secs => b.oldest_ready_seconds)) end as behind_by
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        join cronmill_cron.backlog as b on b.work_database_id = p.work_database_id and b.processor = p.name
        cross join lateral cronmill_cron.thresholds(w.name, p.name) as t
        where p.enabled
    )
    select f.kind, m.database_name, m.processor, f.detail, f.measure >= 1
    from measured as m
    cross join lateral (
        values
            ('behind', extract(epoch from m.behind_by) / extract(epoch from m.behind),
                pg_catalog.format('The oldest of %s ready %s waits %s longer than its schedule means.',
                    case when m.ready > 10000 then '10,000+' else m.ready::text end,
                    case m.ready when 1 then 'task' else 'tasks' end, cronmill_cron.duration_text(m.behind_by))),
            ('failing', case when m.failed >= 3 then m.failed * 100.0 / m.attempts / m.failing end,
                pg_catalog.format('Of %s attempts in the last quarter of an hour %s failed.', m.attempts, m.failed)),
            ('dead', m.dead::numeric / m.dead_from,
                pg_catalog.format('%s dead %s: cronmill tasks --database %s --state dead.',
                    case when m.dead > 10000 then '10,000+' else m.dead::text end,
                    case m.dead when 1 then 'task' else 'tasks' end, cronmill_cron.shell_word(m.database_name)))
    ) as f (kind, measure, detail)
    where f.measure >= 0.8;
    return query select s.kind, s.database_name, s.processor, s.detail, s.is_raised from cronmill_cron.silences() as s;

    select t.history, t.replica, cronmill_cron.history_rows((t.history * 0.8)::bigint) as rows into server
    from cronmill_cron.thresholds() as t;
    return query
    select 'history', null::text, null::text,
        pg_catalog.format('pg_cron''s history has about %s rows: cronmill prune --all; those of other jobs with --include-others.',
            round(server.rows, -3)),
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
        pg_catalog.format('%s jobs are active and pg_cron can run %s at once: %s.', c.needed, c.max_running_jobs,
            case when c.hangs_above then 'it can hang for everybody' else 'some runs wait for others to end' end),
        true
    from cronmill_cron.capacity() as c
    where c.needed > c.max_running_jobs;
    return query
    select 'roles', w.name, null::text,
        pg_catalog.format('Functions in schema cronmill_run_as may not be called, so these roles'' jobs and runs are not seen: %s.',
            string_agg(pg_catalog.format('"%s" (%s)', b.role_name, b.fault), ', ' order by b.role_name)),
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
        string_agg(pg_catalog.format('Process %s of role "%s" overran its deadline and %s.', o.pid, o.role_name,
            case
                when o.failure is not null then pg_catalog.format('may not be canceled (%s)', o.failure)
                when o.terminated_at is null then 'does not heed a cancel'
                else 'did not heed a cancel, so it was told to terminate'
            end), ' ' order by o.canceled_at),
        true
    from cronmill_cron.overdue_backend as o
    where o.failure is not null or o.canceled_at < clock_timestamp() - interval '30 seconds'
    group by o.database_name;
    return query
    select 'lock', s.database_name, null::text,
        pg_catalog.format('Advisory locks of Cronmill are held by strangers, and are not believed: %s.',
            string_agg(pg_catalog.format('process %s of role "%s"', s.pid, s.role_name), ', ' order by s.pid)),
        true
    from cronmill_cron.lock_strangers() as s
    group by s.database_name;
end
$function$;
comment on function cronmill_cron.troubles() is 'What there are alarms about at this moment.';
revoke all on function cronmill_cron.troubles() from public;

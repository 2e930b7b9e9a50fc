-- Alarms of processors that were due to say how they are, and have not. Whether pg_cron started
-- them since tells why: not (overdue), yes and each of its runs failed (failing), yes and they go
-- on (the link of their database is silent). A run that has been in one transaction all the time
-- could not speak. What is raised already is looked into for the last ten minutes only, and stays
-- where these tell nothing new.
-- Executed by: troubles.
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
            w.name as database_name, p.name as processor, heard.of_at, t.overdue, t.silent,
            now_at - next.due_at as late_by, w.link_role is not null as is_linked,
            case
                when a.kind is null then next.due_at
                else now_at - interval '10 minutes'
            end as look_from,
            a.kind as known_kind
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        left join cronmill_cron.backlog as b
            on b.work_database_id = p.work_database_id and b.processor = p.name
        left join cronmill_cron.demand as d
            on d.work_database_id = p.work_database_id and d.processor = p.name
        cross join lateral (
            select greatest(b.pushed_at, p.changed_at, d.changed_at) as of_at
        ) as heard
        cross join lateral (
            select cronmill_cron.next_due(
                p.schedule, heard.of_at, rules.zone, rules.needs_both_days
            ) as due_at
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
        where p.enabled and coalesce(d.state, 'awake') = 'awake'
            and now_at - next.due_at >= least(t.overdue, t.silent)
    ),
    seen as materialized (
        -- A run that failed to connect has no start with pg_cron 1.4: it is as old as the runs
        -- before it.
        select h.database_name, h.processor, h.status,
            coalesce(h.started_at, max(h.started_at) over (order by h.runid)) as started_at,
            coalesce(s.xact_start < now_at - interval '1 minute', false) as is_busy
        from (select min(l.look_from) as since from late as l having count(*) > 0) as look
        cross join lateral cronmill_cron.history(100000, look.since, null, null) as h
        left join pg_catalog.pg_stat_activity as s
            on s.pid = h.pid and h.status = 'running' and s.datname = h.database_name
                and s.state = 'active'
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
            select
                count(*) as total,
                count(*) filter (where s.status in ('failed', 'gone')) as failed,
                count(*) filter (where s.is_busy) as busy
            from seen as s
            where (s.database_name, s.processor) = (l.database_name, l.processor)
                and (s.started_at >= l.look_from or s.is_busy)
        ) as runs
    )
    select j.verdict, j.database_name, j.processor,
        case j.verdict
            when 'overdue' then pg_catalog.format('No run has started, though one was due %s ago.',
                cronmill_cron.duration_text(j.late_by))
            else pg_catalog.format(
                'Every run since one was due %s ago failed, %s in all; cronmill runs tells why.',
                cronmill_cron.duration_text(j.late_by), j.failed)
        end,
        coalesce(j.late_by >= j.overdue, false)
    from judged as j
    where j.verdict = 'overdue' and j.overdue is not null or j.verdict = 'failing'
    union all
    select 'silent', j.database_name, null,
        pg_catalog.format(
            'Runs go on, but the link has not told how its processors are for %s: %s.',
            cronmill_cron.duration_text(max(now_at - j.of_at)),
            string_agg(j.processor, ', ' order by j.processor)),
        bool_or(j.late_by >= j.silent)
    from judged as j
    where j.verdict = 'silent' and j.silent is not null
    group by j.database_name;
end
$function$;
comment on function cronmill_cron.silences()
    is 'What alarms there are of processors that say nothing.';
revoke all on function cronmill_cron.silences() from public;

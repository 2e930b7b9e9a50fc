-- When pg_cron had to start each enabled processor, and will next; and whether it has. facts is an
-- array of {database_name, processor, quiet_since}: when the slot last ran that has not for
-- longest, of those that do not run. Who has begun no run since one was due is late, and overdue if
-- that was so long ago as its threshold says. What was due before it was told so, or before the
-- server started, is not made up for. late_since is when a run was due that makes it overdue, or
-- late.
-- Executed by: processor_jobs.
create or replace function cronmill_cron.dues(
    database_names text[], facts jsonb, asked_at timestamptz
)
returns table (
    database_name text, processor text, failing integer, next_due timestamptz,
    late_since timestamptz, is_late boolean, is_overdue boolean
)
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    rules record;
begin
    select r.zone, r.needs_both_days into rules from cronmill_cron.schedule_rules() as r;
    return query
    with limits as materialized (
        select
            w.name as database_name, p.name as processor, p.schedule, t.failing,
            greatest(p.changed_at, d.changed_at, pg_catalog.pg_postmaster_start_time())
                as known_since,
            to_timestamp(f.quiet_since) as quiet_since, dues.asked_at - t.overdue as overdue_at
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        cross join lateral cronmill_cron.thresholds(w.name, p.name) as t
        left join jsonb_to_recordset(dues.facts) as f (
            database_name text, processor text, quiet_since double precision
        ) on (f.database_name, f.processor) = (w.name, p.name)
        left join cronmill_cron.demand as d
            on d.work_database_id = p.work_database_id and d.processor = p.name
        where p.enabled
            -- Nothing is due of one that sleeps.
            and coalesce(d.state, 'awake') = 'awake'
            and (dues.database_names is null or w.name = any (dues.database_names))
    ),
    -- Many processors have the same schedule.
    coming as materialized (
        select
            s.schedule,
            cronmill_cron.next_due(s.schedule, dues.asked_at, rules.zone, rules.needs_both_days)
                as next_due,
            -- pg_cron looks once a second.
            cronmill_cron.last_due(
                s.schedule, dues.asked_at - interval '3 seconds', rules.zone, rules.needs_both_days
            ) as due_at
        from (select distinct l.schedule from limits as l) as s
    ),
    past as materialized (
        select
            m.schedule, m.overdue_at,
            cronmill_cron.last_due(
                m.schedule, m.overdue_at, rules.zone, rules.needs_both_days
            ) as due_at
        from (select distinct l.schedule, l.overdue_at from limits as l) as m
        where m.overdue_at is not null
    )
    select
        l.database_name, l.processor, l.failing, c.next_due, coalesce(o.due_at, c.due_at),
        l.quiet_since < c.due_at and l.known_since < c.due_at,
        l.quiet_since < o.due_at and l.known_since < o.due_at
    from limits as l
    join coming as c on c.schedule = l.schedule
    left join past as o on (o.schedule, o.overdue_at) = (l.schedule, l.overdue_at);
end
$function$;
comment on function cronmill_cron.dues(text[], jsonb, timestamptz)
    is 'When pg_cron had to start each enabled processor, and will next; and whether it has.';
revoke all on function cronmill_cron.dues(text[], jsonb, timestamptz) from public;

-- Judges processors by what their databases say of them: how far each is from an alarm that it is
-- behind, failing or has dead tasks, as parts of its thresholds, from 1 on there is one; null where
-- that cannot be said. facts is an array of {database_name, processor, of_at, oldest_ready_at,
-- failed, attempts, dead}: at a moment, since when its oldest task is ready, what the attempts of
-- the last quarter of an hour were, and how many tasks are dead (times in seconds since 1970). They
-- were pushed, or are asked for this moment. behind is another threshold than the registry's. What
-- became ready between two runs waits for the next one: that is what its schedule means.
-- Executed by: processor_jobs, processor_troubles.
create or replace function cronmill_cron.judged(facts jsonb, behind interval default null)
returns table (
    database_name text, processor text, behind_by interval, behind_measure numeric,
    failing_measure numeric, dead_measure numeric
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
    -- Materialized, so that it is asked once when each is due.
    with known as materialized (
        select
            w.name as database_name, p.name as processor, f.failed, f.attempts, f.dead,
            to_timestamp(f.of_at) - coalesce(
                cronmill_cron.next_due(
                    p.schedule, to_timestamp(f.oldest_ready_at), rules.zone, rules.needs_both_days),
                to_timestamp(f.oldest_ready_at)
            ) as behind_by
        from jsonb_to_recordset(judged.facts) as f (
            database_name text, processor text, of_at double precision,
            oldest_ready_at double precision, failed bigint, attempts bigint, dead bigint
        )
        join cronmill_cron.work_database as w on w.name = f.database_name
        join cronmill_cron.processor as p
            on p.work_database_id = w.work_database_id and p.name = f.processor and p.enabled
    )
    select
        k.database_name, k.processor, k.behind_by,
        extract(epoch from k.behind_by) / extract(epoch from coalesce(judged.behind, t.behind)),
        cronmill_cron.failing_measure(k.failed, k.attempts, t.failing), k.dead::numeric / t.dead
    from known as k
    cross join lateral cronmill_cron.thresholds(k.database_name, k.processor) as t;
end
$function$;
comment on function cronmill_cron.judged(jsonb, interval)
    is 'How far processors are from being behind, failing and having dead tasks.';
revoke all on function cronmill_cron.judged(jsonb, interval) from public;

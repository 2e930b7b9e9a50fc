-- What there are alarms about by what processors have told last, see troubles. A handler that
-- cannot be called is no matter of degree: that alarm comes whatever the threshold is.
-- Executed by: troubles.
create or replace function cronmill_cron.processor_troubles()
returns table (kind text, database_name text, processor text, detail text, is_raised boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    with pushed as materialized (
        select
            w.name as database_name, p.name as processor, b.ready, b.dead, b.failed, b.held,
            b.unfired, b.no_handler and not b.paused as no_handler,
            b.done + b.failed as attempts, extract(epoch from b.pushed_at) as of_at,
            case when b.ready > 0 and not b.paused
                then extract(epoch from b.pushed_at) - b.oldest_ready_seconds::numeric
            end as oldest_ready_at
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        join cronmill_cron.backlog as b
            on b.work_database_id = p.work_database_id and b.processor = p.name
        where p.enabled
    ),
    measured as (
        select u.*, j.behind_by, j.behind_measure, j.failing_measure, j.dead_measure,
            cronmill_cron.shell_word(u.database_name) as database_word,
            -- Counts stop there.
            case when u.ready > 10000 then '10,000+' else cronmill_cron.number_text(u.ready)
            end as ready_text,
            case when u.dead > 10000 then '10,000+' else cronmill_cron.number_text(u.dead)
            end as dead_text,
            case when u.held > 10000 then '10,000+' else cronmill_cron.number_text(u.held)
            end as held_text
        from cronmill_cron.judged((select jsonb_agg(to_jsonb(u)) from pushed as u)) as j
        join pushed as u on (u.database_name, u.processor) = (j.database_name, j.processor)
    )
    select f.kind, m.database_name, m.processor, f.detail, f.measure >= 1
    from measured as m
    cross join lateral (
        values
            ('behind', m.behind_measure,
                pg_catalog.format(
                    'The oldest of %s ready %s waits %s longer than its schedule means.',
                    m.ready_text, case m.ready when 1 then 'task' else 'tasks' end,
                    cronmill_cron.duration_text(m.behind_by))),
            ('failing', case when m.no_handler then 1 else m.failing_measure end,
                case
                    when m.no_handler then pg_catalog.format(
                        'Its handler cannot be called, and its tasks wait: '
                            'cronmill status %s --database %s',
                        cronmill_cron.shell_word(m.processor), m.database_word)
                    else pg_catalog.format(
                        'Of %s attempts in the last quarter of an hour %s failed.',
                        cronmill_cron.number_text(m.attempts), cronmill_cron.number_text(m.failed))
                end),
            -- The registry knows processors, and not the names of their queues.
            ('dead', m.dead_measure,
                pg_catalog.format('%s dead %s: cronmill tasks --database %s --state dead',
                    m.dead_text, case m.dead when 1 then 'task' else 'tasks' end,
                    m.database_word)),
            ('held', sign(m.held),
                pg_catalog.format(
                    '%s of graphs %s for dead tasks: cronmill graph list --database %s',
                    case m.held when 1 then '1 task' else m.held_text || ' tasks' end,
                    case m.held when 1 then 'waits' else 'wait' end, m.database_word)),
            ('recurring', m.unfired::integer,
                pg_catalog.format(
                    'A recurring template is not fired: cronmill recurring list --database %s',
                    m.database_word))
    ) as f (kind, measure, detail)
    where f.measure >= 0.8;
end
$function$;
comment on function cronmill_cron.processor_troubles()
    is 'What there are alarms about by what processors have told last.';
revoke all on function cronmill_cron.processor_troubles() from public;

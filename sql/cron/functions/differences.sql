-- Where cron.job differs from the registry, a sentence each. Executed by: sync of the command line.
create or replace function cronmill_cron.differences(database_names text[])
returns table (database_name text, processor text, slot integer, difference text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    with seen as materialized (
        select j.jobid, j.schedule, j.command, j.database_name, j.username, j.active, j.nodeport
        from cronmill_cron.visible_jobs() as j
    ),
    compared as (
        select
            w.name as database_name, p.name as processor, n.slot,
            case
                when o.jobid is null then 'has no job'
                when j.jobid is null then pg_catalog.format('its job %s is gone from cron.job', o.jobid)
                when not exists (select from pg_catalog.pg_roles as r where r.rolname = j.username)
                    then pg_catalog.format('job %s belongs to role "%s", which does not exist', j.jobid, j.username)
                when j.nodeport <> pg_catalog.current_setting('port')::integer
                    then pg_catalog.format('job %s was made on a server with port %s, this one has %s', j.jobid, j.nodeport,
                        pg_catalog.current_setting('port'))
                when j.active and not p.enabled then pg_catalog.format('job %s is active, the processor is disabled', j.jobid)
                when not j.active and p.enabled then pg_catalog.format('job %s is not active, the processor is enabled', j.jobid)
                when j.schedule <> p.schedule
                    then pg_catalog.format('job %s has schedule %s, the processor %s', j.jobid, j.schedule, p.schedule)
                when j.database_name <> w.name
                    then pg_catalog.format('job %s runs in database "%s"', j.jobid, j.database_name)
                when j.username <> p.run_as
                    then pg_catalog.format('job %s runs as "%s", the processor as "%s"', j.jobid, j.username, p.run_as)
                when j.command <> cronmill_cron.job_command(p.name, n.slot)
                    then pg_catalog.format('job %s has another command: %s', j.jobid, j.command)
            end as difference
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        cross join lateral generate_series(1, p.slots) as n (slot)
        left join cronmill_cron.job as o
            on o.database_name = w.name and o.processor = p.name and o.slot = n.slot and o.removed_at is null
        left join seen as j on j.jobid = o.jobid
        union all
        select o.database_name, o.processor, o.slot, pg_catalog.format('job %s has no slot of a processor', o.jobid)
        from cronmill_cron.job as o
        where o.removed_at is null
            and o.slot > 0
            and not exists (
                select 1
                from cronmill_cron.processor as p
                join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
                where w.name = o.database_name and p.name = o.processor and o.slot <= p.slots
            )
    )
    select c.database_name, c.processor, c.slot, c.difference
    from compared as c
    where c.difference is not null
        and (differences.database_names is null or c.database_name = any (differences.database_names))
    order by 1, 2, 3;
end
$function$;
comment on function cronmill_cron.differences(text[]) is 'Where cron.job differs from the registry.';
revoke all on function cronmill_cron.differences(text[]) from public;

-- Where cron.job differs from the registry, a sentence each, and by which command it is repaired
-- where sync does not. Of the housekeepers, too, as slot 0 of processors of their names in the cron
-- database. Shows what who logged in may see.
-- Executed by: differences.
create or replace function cronmill_cron.differences_now(database_names text[])
returns table (database_name text, processor text, slot integer, difference text, command text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
begin
    return query
    with noted as materialized (
        select
            o.database_name, o.processor, o.slot, o.noted_jobid, o.noted_run_as, o.jobid,
            o.schedule, o.command, o.runs_in, o.username, o.active, o.misplacement, o.foreign_name
        from cronmill_cron.noted_jobs(differences_now.database_names) as o
    ),
    wanted as materialized (
        select
            k.database_name, k.processor, k.slot, k.enabled, k.schedule, k.run_as, k.command,
            k.is_same, exists (select from pg_catalog.pg_roles as r where r.rolname = k.run_as)
                as has_role
        from (
            select w.name as database_name, p.name as processor, n.slot, p.enabled,
                cronmill_cron.job_schedule(p.schedule, n.slot, d) as schedule, p.run_as,
                cronmill_cron.job_command(p.name, n.slot) as command,
                cronmill_cron.is_same_database(w.name) as is_same
            from cronmill_cron.processor as p
            join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
            left join cronmill_cron.demand as d
                on d.work_database_id = p.work_database_id and d.processor = p.name
            cross join lateral generate_series(1, p.slots) as n (slot)
            where differences_now.database_names is null
                or w.name = any (differences_now.database_names)
            union all
            select pg_catalog.current_database()::text, h.name, 0, true,
                cronmill_cron.house_schedule(h.name), h.run_as,
                pg_catalog.format('call cronmill_cron.%I()', h.name), true
            from cronmill_cron.housekeepers() as h
            where h.is_wanted
        ) as k
    ),
    compared as (
        select
            w.database_name, w.processor, w.slot,
            case
                when not w.is_same
                    then pg_catalog.format(
                        'database "%s" is not the one that was registered', w.database_name)
                when o.noted_jobid is null and not w.has_role
                    then pg_catalog.format('has no job, because role "%s" does not exist', w.run_as)
                when o.noted_jobid is null then 'has no job'
                when o.foreign_name is not null
                    then pg_catalog.format(
                        'its job %s is gone from cron.job: that jobid is another''s now, "%s"',
                        o.noted_jobid, o.foreign_name)
                when o.jobid is null and h.is_hidden
                    then pg_catalog.format(
                        'job %s belongs to role "%s", which does not exist; '
                        'only a superuser can remove it: select cron.unschedule(%s)',
                        o.noted_jobid, o.noted_run_as, o.noted_jobid)
                when o.jobid is null and b.fault is not null
                    and exists (select from pg_catalog.pg_roles as r where r.rolname = b.role_name)
                    then pg_catalog.format(
                        'its job %s cannot be seen: '
                        'the functions of role "%s" may not be called: %s',
                        o.noted_jobid, b.role_name, b.fault)
                when o.jobid is null
                    then pg_catalog.format('its job %s is gone from cron.job', o.noted_jobid)
                when not exists (select from pg_catalog.pg_roles as r where r.rolname = o.username)
                    then pg_catalog.format(
                        'job %s belongs to role "%s", which does not exist', o.jobid, o.username)
                when o.misplacement is not null
                    then pg_catalog.format('job %s %s', o.jobid, o.misplacement)
                when o.active and not w.enabled
                    then pg_catalog.format('job %s is active, the processor is disabled', o.jobid)
                when not o.active and w.enabled
                    then pg_catalog.format(
                        'job %s is not active, the processor is enabled', o.jobid)
                when o.schedule <> w.schedule
                    then pg_catalog.format(
                        'job %s has schedule %s, the processor %s', o.jobid, o.schedule, w.schedule)
                when o.runs_in <> w.database_name
                    then pg_catalog.format('job %s runs in database "%s"', o.jobid, o.runs_in)
                when o.username <> w.run_as
                    then pg_catalog.format(
                        'job %s runs as "%s", the processor as "%s"', o.jobid, o.username, w.run_as)
                when o.command <> w.command
                    then pg_catalog.format('job %s has another command: %s', o.jobid, o.command)
            end as difference,
            case
                when o.noted_jobid is not null or w.has_role then null
                when w.slot = 0 then 'cronmill alarms deliver FUNCTION --run-as ROLE'
                else pg_catalog.format('cronmill configure %s --database %s --run-as ROLE',
                    cronmill_cron.shell_word(w.processor),
                    cronmill_cron.shell_word(w.database_name))
            end as command
        from wanted as w
        left join noted as o
            on (o.database_name, o.processor, o.slot) = (w.database_name, w.processor, w.slot)
        left join lateral (
            select cronmill_cron.is_hidden(o.noted_run_as, o.noted_jobid)
            where o.noted_jobid is not null and o.jobid is null
        ) as h (is_hidden) on true
        left join cronmill_cron.broken_roles() as b on b.role_name = o.noted_run_as
        union all
        select
            o.database_name, o.processor, o.slot,
            pg_catalog.format('job %s has no slot of a processor', o.noted_jobid), null
        from noted as o
        where o.slot > 0
            and not exists (
                select 1
                from wanted as w
                where (w.database_name, w.processor, w.slot)
                    = (o.database_name, o.processor, o.slot)
            )
        union all
        select
            l.database_name, l.processor, l.slot,
            pg_catalog.format('job %s is not noted in the registry', l.jobid), null
        from cronmill_cron.lost_jobs(differences_now.database_names) as l
    )
    select c.database_name, c.processor, c.slot, c.difference, c.command
    from compared as c
    where c.difference is not null
        and ((select cronmill_cron.sees_all()) or c.slot = 0
            or c.database_name in (
                select v.name from cronmill_cron.visible_databases() as v (name)
            ))
    order by 1, 2, 3, 4;
end
$function$;
comment on function cronmill_cron.differences_now(text[])
    is 'Where cron.job differed from the registry, at one look.';
revoke all on function cronmill_cron.differences_now(text[]) from public;

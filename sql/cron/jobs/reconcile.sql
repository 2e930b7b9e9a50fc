-- Makes the jobs of one processor what its row of the registry wants: as many as it has slots, with
-- its schedule, role and active flag; those that are too many, or gone by hand, are struck out.
-- Jobs that are right are not touched, nor are those of others that have come by a jobid of ours;
-- lost ones are noted again. Of a role that does not exist no job is left: it would stop pg_cron
-- for everybody. Those of a database that was dropped are not active, whoever has its name now.
-- Returns how many were changed. Changes cron.job and cronmill_cron.job.
-- Executed by: deactivate_replaced, take_settings, unregister; sync from the command line.
create or replace function cronmill_cron.reconcile(database_name text, processor text)
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted cronmill_cron.processor;
    rest cronmill_cron.demand;
    one record;
    changes integer := 0;
begin
    select p.* into wanted
    from cronmill_cron.processor as p
    join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
    where w.name = reconcile.database_name and p.name = reconcile.processor;
    -- Locked, so that nobody changes the schedule of its state meanwhile. Whoever tells through a
    -- link sees jobs and state as they were at one time, could not lock what has changed since, and
    -- fails at a job that has.
    if pg_catalog.current_setting('transaction_isolation') = 'read committed' then
        perform
        from cronmill_cron.demand as d
        where (d.work_database_id, d.processor) = (wanted.work_database_id, wanted.name)
        for update;
    end if;
    select d.* into rest
    from cronmill_cron.demand as d
    where (d.work_database_id, d.processor) = (wanted.work_database_id, wanted.name);
    perform cronmill_cron.assert_seen(reconcile.database_name, reconcile.processor);
    wanted.enabled := wanted.enabled and cronmill_cron.is_same_database(reconcile.database_name);
    for one in
        select l.jobid, l.slot, l.username from cronmill_cron.lost_jobs() as l
        where l.database_name = reconcile.database_name and l.processor = reconcile.processor
        order by 1
    loop
        changes := changes + 1;
        if exists (
            select 1 from cronmill_cron.noted_jobs() as o
            where (o.database_name, o.processor, o.slot)
                = (reconcile.database_name, reconcile.processor, one.slot)
                and o.jobid is not null
        ) then
            perform cronmill_cron.unschedule_job(one.username, one.jobid);
        else
            update cronmill_cron.job as o
            set removed_at = clock_timestamp()
            where (o.database_name, o.processor, o.slot)
                = (reconcile.database_name, reconcile.processor, one.slot)
                and o.removed_at is null;
            perform cronmill_cron.note_job(
                one.jobid, reconcile.database_name, reconcile.processor, one.slot, one.username);
        end if;
    end loop;
    for one in
        select
            coalesce(s.slot, o.slot) as slot,
            s.slot is not null as is_wanted,
            s.schedule,
            o.noted_jobid,
            o.jobid as there_jobid,
            o.misplacement is null as is_here,
            o.foreign_name is not null as is_foreign,
            o.jobid is not null and (o.schedule, o.command, o.runs_in, o.active)
                is not distinct from (
                    s.schedule, cronmill_cron.job_command(reconcile.processor, s.slot),
                    reconcile.database_name, wanted.enabled
                ) as is_right,
            coalesce(o.username, o.noted_run_as) as belongs_to
        from (
            select
                n.slot, cronmill_cron.job_schedule(wanted.schedule, n.slot, rest) as schedule
            from generate_series(1, wanted.slots) as n (slot)
            where exists (select from pg_catalog.pg_roles as r where r.rolname = wanted.run_as)
        ) as s
        full join (
            select
                n.slot, n.noted_jobid, n.noted_run_as, n.jobid, n.schedule, n.command, n.runs_in,
                n.username, n.active, n.misplacement, n.foreign_name
            from cronmill_cron.noted_jobs() as n
            where n.database_name = reconcile.database_name and n.processor = reconcile.processor
        ) as o on o.slot = s.slot
        order by 1
    loop
        continue when one.is_wanted and one.is_right and one.is_here
            and one.belongs_to = wanted.run_as;
        changes := changes + 1;
        if one.is_wanted and one.there_jobid is not null and one.is_here
            and one.belongs_to = wanted.run_as
        then
            perform cronmill_cron.change_job(
                wanted.run_as, one.there_jobid, one.schedule,
                cronmill_cron.job_command(reconcile.processor, one.slot), reconcile.database_name,
                wanted.enabled);
            continue;
        end if;
        if one.there_jobid is not null then
            perform cronmill_cron.unschedule_job(one.belongs_to, one.there_jobid);
        elsif not one.is_foreign and cronmill_cron.is_hidden(one.belongs_to, one.noted_jobid) then
            changes := changes - 1;
            continue;
        end if;
        if one.noted_jobid is not null then
            update cronmill_cron.job as o
            set removed_at = clock_timestamp()
            where (o.database_name, o.processor, o.slot)
                = (reconcile.database_name, reconcile.processor, one.slot)
                and o.removed_at is null;
        end if;
        if one.is_wanted then
            perform cronmill_cron.note_job(
                cronmill_cron.schedule_job(
                    wanted.run_as,
                    cronmill_cron.job_name(reconcile.database_name, reconcile.processor, one.slot),
                    one.schedule, cronmill_cron.job_command(reconcile.processor, one.slot),
                    reconcile.database_name, wanted.enabled),
                reconcile.database_name, reconcile.processor, one.slot, wanted.run_as);
        end if;
    end loop;
    return changes;
end
$function$;
comment on function cronmill_cron.reconcile(text, text)
    is 'Makes a processor''s jobs what the registry wants; returns how many it changed.';
revoke all on function cronmill_cron.reconcile(text, text) from public;

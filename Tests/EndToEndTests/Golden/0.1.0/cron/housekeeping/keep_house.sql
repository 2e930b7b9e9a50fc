-- Schedules the housekeepers that are wanted, and unschedules the others, also those whose role is
-- gone: one such job stops pg_cron for everybody. Returns how many it changed.
-- Changes cron.job and cronmill_cron.job.
-- Executed by: deliver_to, register, unregister.
create or replace function cronmill_cron.keep_house()
returns integer
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $function$
declare
    changes integer := 0;
    one record;
begin
    for one in
        select
            h.name, h.run_as,
            h.is_wanted
                and exists (select from pg_catalog.pg_roles as r where r.rolname = h.run_as)
                as is_wanted,
            pg_catalog.format('call cronmill_cron.%I()', h.name) as wanted_command,
            o.noted_jobid, coalesce(o.username, o.noted_run_as) as belongs_to,
            o.jobid as there_jobid, o.misplacement is null and o.username = h.run_as as is_ours,
            o.foreign_name is not null as is_foreign,
            o.schedule, o.command, o.runs_in, o.active
        from cronmill_cron.housekeepers() as h
        left join cronmill_cron.noted_jobs() as o
            on o.database_name = pg_catalog.current_database()
                and o.processor = h.name
                and o.slot = 0
        where h.is_wanted or o.noted_jobid is not null
    loop
        -- A role that drops its functions hinders nobody else; its jobs cannot be seen now.
        continue when one.run_as <> current_user and not cronmill_cron.acts_for_all_roles()
            and exists (select from pg_catalog.pg_roles as r where r.rolname = one.run_as)
            and cronmill_cron.role_fault(one.run_as) is not null;
        if one.is_wanted and one.there_jobid is not null and one.is_ours then
            continue when (one.schedule, one.command, one.runs_in, one.active)
                = ('* * * * *', one.wanted_command, pg_catalog.current_database()::text, true);
            perform cronmill_cron.change_job(
                one.belongs_to, one.there_jobid, '* * * * *', one.wanted_command,
                pg_catalog.current_database(), true);
        else
            if one.there_jobid is not null then
                perform cronmill_cron.unschedule_job(one.belongs_to, one.there_jobid);
            elsif not one.is_foreign and cronmill_cron.is_hidden(one.belongs_to, one.noted_jobid)
            then
                continue;
            end if;
            update cronmill_cron.job as o
            set removed_at = clock_timestamp()
            where o.database_name = pg_catalog.current_database()
                and o.processor = one.name
                and o.slot = 0
                and o.removed_at is null;
            if one.is_wanted then
                perform cronmill_cron.note_job(
                    cronmill_cron.schedule_job(
                        one.run_as, 'cronmill ' || one.name, '* * * * *', one.wanted_command,
                        pg_catalog.current_database(), true),
                    pg_catalog.current_database(), one.name, 0, one.run_as);
            end if;
        end if;
        changes := changes + 1;
    end loop;
    return changes;
end
$function$;
comment on function cronmill_cron.keep_house()
    is 'Schedules the housekeepers that are wanted, and unschedules the others.';
revoke all on function cronmill_cron.keep_house() from public;

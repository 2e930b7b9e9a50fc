-- Why pg_cron would run a job elsewhere than on this server, as the end of a sentence; null if it would not. A job
-- keeps host and port of the server it was made on. Executed by: noted_jobs.
create or replace function cronmill_cron.misplacement(nodename text, nodeport integer)
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    if nodeport <> pg_catalog.current_setting('port')::integer then
        return pg_catalog.format('was made on a server with port %s, this one has %s', nodeport,
            pg_catalog.current_setting('port'));
    end if;
    -- Who may not read the setting cannot compare it.
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage')
        and nodename <> pg_catalog.current_setting('cron.host', true)
    then
        return pg_catalog.format('connects to host "%s", cron.host is "%s"', nodename,
            pg_catalog.current_setting('cron.host', true));
    end if;
    return null;
end
$function$;
comment on function cronmill_cron.misplacement(text, integer) is 'Why pg_cron would run a job elsewhere; null if it would not.';
revoke all on function cronmill_cron.misplacement(text, integer) from public;

-- The jobs the registry noted, with what cron.job has under their jobids. A jobid can come again when pg_cron is
-- dropped and created: a job with neither the name nor the command of ours is somebody else's (foreign_name), and
-- nothing more is said of it. Executed by: the registry's own functions.
create or replace function cronmill_cron.noted_jobs()
returns table (
    database_name text, processor text, slot integer, noted_jobid bigint, noted_run_as text,
    jobid bigint, schedule text, command text, runs_in text, username text, active boolean,
    misplacement text, foreign_name text
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
begin
    return query
    select
        o.database_name, o.processor, o.slot, o.jobid, o.run_as,
        j.jobid, j.schedule, j.command, j.database_name, j.username, j.active,
        cronmill_cron.misplacement(j.nodename, j.nodeport),
        case when j.jobid is null then coalesce(f.job_name, f.command) end
    from cronmill_cron.job as o
    left join cronmill_cron.visible_jobs() as f on f.jobid = o.jobid
    left join lateral (
        select f.jobid, f.schedule, f.command, f.database_name, f.username, f.active, f.nodename, f.nodeport
        where case
            when o.slot = 0 then f.job_name = 'cronmill ' || o.processor
                or f.command = pg_catalog.format('call cronmill_cron.%I()', o.processor)
            else f.job_name = cronmill_cron.job_name(o.database_name, o.processor, o.slot)
                or (f.command, f.database_name) = (cronmill_cron.job_command(o.processor, o.slot), o.database_name)
        end
    ) as j on true
    where o.removed_at is null;
end
$function$;
comment on function cronmill_cron.noted_jobs() is 'The jobs the registry noted, with what cron.job has under their jobids.';
revoke all on function cronmill_cron.noted_jobs() from public;

-- Jobs that are ours by name, command and database together, and that the registry has not noted: it was restored
-- from an older dump, or rows of it were deleted. One of a role that may not have jobs of that database is not ours, whatever
-- it is called. Executed by: reconcile, differences.
create or replace function cronmill_cron.lost_jobs()
returns table (database_name text, processor text, slot integer, jobid bigint, username text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    -- Each command is taken apart once; nearly all are noted, and only of the others name and command are put together.
    with call as materialized (
        select j.database_name, j.jobid, j.username, j.job_name, j.command,
            regexp_match(j.command, '^call cronmill_processor[.](.+)[(]([1-9][0-9]{0,3})[)]$') as parts
        from cronmill_cron.visible_jobs() as j
    ),
    candidate as materialized (
        select
            call.database_name, name.processor, call.parts[2]::integer as slot, call.jobid, call.username, call.job_name,
            call.command
        from call
        cross join lateral (
            select case
                when call.parts[1] ~ '^"'
                    then replace(substr(call.parts[1], 2, greatest(0, length(call.parts[1]) - 2)), '""', '"')
                else call.parts[1]
            end as processor
        ) as name
        where call.parts is not null
            and not exists (
                select 1
                from cronmill_cron.job as o
                where o.jobid = call.jobid and o.removed_at is null
                    and (o.database_name, o.processor, o.slot)
                        = (call.database_name, name.processor, call.parts[2]::integer)
            )
    )
    select c.database_name, c.processor, c.slot, c.jobid, c.username
    from candidate as c
    where c.command = cronmill_cron.job_command(c.processor, c.slot)
        and c.job_name = cronmill_cron.job_name(c.database_name, c.processor, c.slot)
        and exists (
            select
            from cronmill_cron.run_as as a
            join cronmill_cron.work_database as w on w.work_database_id = a.work_database_id
            where w.name = c.database_name and a.role_name = c.username
        );
end
$function$;
comment on function cronmill_cron.lost_jobs() is 'Jobs that are ours by name, command and database, and that the registry has not noted.';
revoke all on function cronmill_cron.lost_jobs() from public;

-- Notes a job that was made or found. What was noted with its jobid before is gone: pg_cron was dropped and created
-- since. Changes cronmill_cron.job. Executed by: reconcile, keep_house.
create or replace function cronmill_cron.note_job(
    jobid bigint, database_name text, processor text, slot integer, run_as text
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    update cronmill_cron.job as o
    set removed_at = clock_timestamp()
    where o.jobid = note_job.jobid and o.removed_at is null;
    insert into cronmill_cron.job (jobid, database_name, processor, slot, run_as)
    values (note_job.jobid, note_job.database_name, note_job.processor, note_job.slot, note_job.run_as);
end
$function$;
comment on function cronmill_cron.note_job(bigint, text, text, integer, text) is 'Notes a job that was made or found.';
revoke all on function cronmill_cron.note_job(bigint, text, text, integer, text) from public;

-- Jobs that are ours by name, command and database together, and that the registry has not noted:
-- it was restored from an older dump, or rows of it were deleted. One of a role that may not have
-- jobs of that database is not ours, whatever it is called.
-- Executed by: differences_now, reconcile.
create or replace function cronmill_cron.lost_jobs(database_names text[] default null)
returns table (database_name text, processor text, slot integer, jobid bigint, username text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    -- Each command is taken apart once; nearly all are noted, and only of the others name and
    -- command are put together.
    with call as materialized (
        select j.database_name, j.jobid, j.username, j.job_name, j.command,
            regexp_match(
                j.command, '^call cronmill_processor[.](.+)[(]([1-9][0-9]{0,3})[)]$') as parts
        from cronmill_cron.visible_jobs() as j
        where lost_jobs.database_names is null or j.database_name = any (lost_jobs.database_names)
    ),
    candidate as materialized (
        select
            call.database_name, name.processor, call.parts[2]::integer as slot, call.jobid,
            call.username, call.job_name, call.command
        from call
        cross join lateral (
            select case
                when call.parts[1] ~ '^"'
                    then replace(
                        substr(call.parts[1], 2, greatest(0, length(call.parts[1]) - 2)), '""', '"')
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
comment on function cronmill_cron.lost_jobs(text[])
    is 'Jobs that are ours by name, command and database, and that the registry has not noted.';
revoke all on function cronmill_cron.lost_jobs(text[]) from public;

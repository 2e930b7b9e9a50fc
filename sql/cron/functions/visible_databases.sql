-- Whether the caller sees all work databases: members of the registry's owner do, and so superusers, but not what is
-- run by their maintenance of others' tables.
-- Executed by: monitors and operators, and through the functions that report.
create or replace function cronmill_cron.sees_all()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not pg_catalog.pg_has_role(session_user, current_user, 'member') then
        return false;
    end if;
    perform cronmill_cron.assert_own_doing();
    return true;
end
$function$;
comment on function cronmill_cron.sees_all() is 'True if who logged in is a member of the registry''s owner.';
revoke all on function cronmill_cron.sees_all() from public;

-- Names of the work databases whose jobs and runs the caller may see: those of which who logged in, or a role it
-- is a member of, is a monitor or an operator. Executed by: monitors and operators, and through what reports.
create or replace function cronmill_cron.visible_databases()
returns setof text
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select w.name
    from cronmill_cron.work_database as w
    where (select cronmill_cron.sees_all())
        or exists (
            select 1
            from cronmill_cron.grantee as g
            where g.work_database_id = w.work_database_id
                and pg_has_role(session_user, to_regrole(quote_ident(g.role_name))::oid, 'member')
        )
    order by w.name;
end;
comment on function cronmill_cron.visible_databases() is 'Work databases whose jobs and runs who logged in may see.';
revoke all on function cronmill_cron.visible_databases() from public;

-- Names of the processors that have or had jobs in these databases, as far as the caller may see them.
-- Executed by: monitors and operators; runs of the command line.
create or replace function cronmill_cron.visible_processors(database_names text[])
returns setof text
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct o.processor
    from cronmill_cron.job as o
    where (visible_processors.database_names is null or o.database_name = any (visible_processors.database_names))
        and ((select cronmill_cron.sees_all()) or o.database_name in (select v.name from cronmill_cron.visible_databases() as v (name)))
    order by o.processor;
end;
comment on function cronmill_cron.visible_processors(text[]) is 'Processors that have or had jobs, as far as who logged in may see them.';
revoke all on function cronmill_cron.visible_processors(text[]) from public;

-- Jobs that belong to a role that is gone: while there is one, pg_cron runs no job of anybody.
-- Executed by: monitors and operators; status and check-permissions of the command line.
create or replace function cronmill_cron.jobs_without_role()
returns table (jobid bigint, role_name text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select j.jobid, j.username
    from cronmill_cron.visible_jobs() as j
    where not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = j.username)
    union
    select o.noted_jobid, o.noted_run_as
    from cronmill_cron.noted_jobs() as o
    where o.jobid is null and o.foreign_name is null and cronmill_cron.is_hidden(o.noted_run_as, o.noted_jobid)
    order by 1;
end
$function$;
comment on function cronmill_cron.jobs_without_role() is 'Jobs whose role is gone; one of them stops pg_cron for everybody.';
revoke all on function cronmill_cron.jobs_without_role() from public;

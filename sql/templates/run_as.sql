-- The functions through which a registry without superuser makes, changes, removes and sees the jobs of
-- role {{role_title}}. The role owns them, so pg_cron takes the job for the role's own (ENGINE 22).
-- An owner can change a function's search_path and make it run as its caller, the registry's owner: so no name in them,
-- and no operator, is looked up.
-- It needs what is granted on pg_cron, and it is that role which lacks it, not who makes these.
do {{tag}}
declare
    missing text;
begin
    select string_agg(pg_catalog.format('grant %s to %I;', t.target, t.role_name), ' ' order by t.place, t.target) into missing
    from (
        select 1 as place, {{role_literal}} as role_name, 'usage on schema cron' as target,
            pg_catalog.has_schema_privilege({{role_literal}}, 'cron', 'usage') as is_held
        union all
        select 2, {{role_literal}}, pg_catalog.format('execute on function %s', p.oid::regprocedure),
            pg_catalog.has_function_privilege({{role_literal}}, p.oid, 'execute')
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
    ) as t
    where not t.is_held;
    if missing is not null then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('role "%s" lacks privileges on pg_cron', {{role_literal}}),
            detail = 'Without a superuser its jobs are made by itself.',
            hint = pg_catalog.format('In database "%s", as a superuser: %s', pg_catalog.current_database(), missing);
    end if;
end
{{tag}};
create schema if not exists cronmill_run_as;
comment on schema cronmill_run_as is 'Cronmill: functions owned by each run-as role, by which its jobs are made as its own.';
grant usage, create on schema cronmill_run_as to {{role}};
set local role {{role}};

create or replace function cronmill_run_as.{{role}}(
    job_name text, schedule text, command text, database_name text, active boolean
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
declare
    made_jobid bigint;
begin
    made_jobid := cron.schedule_in_database(job_name, schedule, command, database_name, null, active);
    perform cron.alter_job(made_jobid, database := database_name, active := active);
    return made_jobid;
end
{{tag}};
comment on function cronmill_run_as.{{role}}(text, text, text, text, boolean) is 'Makes a job of this role.';
revoke all on function cronmill_run_as.{{role}}(text, text, text, text, boolean) from public;
grant execute on function cronmill_run_as.{{role}}(text, text, text, text, boolean) to {{owner}};

create or replace function cronmill_run_as.{{role}}(
    jobid bigint, schedule text, command text, database_name text, active boolean
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
begin
    perform cron.alter_job(jobid, schedule, command, database_name, null, active);
    return jobid;
end
{{tag}};
comment on function cronmill_run_as.{{role}}(bigint, text, text, text, boolean) is 'Changes a job of this role.';
revoke all on function cronmill_run_as.{{role}}(bigint, text, text, text, boolean) from public;
grant execute on function cronmill_run_as.{{role}}(bigint, text, text, text, boolean) to {{owner}};

create or replace function cronmill_run_as.{{role}}(jobid bigint)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
begin
    return cron.unschedule(jobid);
end
{{tag}};
comment on function cronmill_run_as.{{role}}(bigint) is 'Removes a job of this role.';
revoke all on function cronmill_run_as.{{role}}(bigint) from public;
grant execute on function cronmill_run_as.{{role}}(bigint) to {{owner}};

create or replace function cronmill_run_as.{{role}}()
returns setof cron.job
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
begin
    return query
    select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username, j.active, j.jobname
    from cron.job as j;
end
{{tag}};
comment on function cronmill_run_as.{{role}}() is 'The jobs of this role.';
revoke all on function cronmill_run_as.{{role}}() from public;
grant execute on function cronmill_run_as.{{role}}() to {{owner}};

create or replace function cronmill_run_as.{{role}}(above_runid bigint, to_runid bigint)
returns setof cron.job_run_details
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
begin
    if above_runid is null then
        return query
        (select d.jobid, d.runid, d.job_pid, d.database, d.username, d.command, d.status, d.return_message,
            d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid limit 1)
        union all
        (select d.jobid, d.runid, d.job_pid, d.database, d.username, d.command, d.status, d.return_message,
            d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid desc limit 1);
    else
        return query
        select d.jobid, d.runid, d.job_pid, d.database, d.username, d.command, d.status, d.return_message,
            d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid operator(pg_catalog.>) above_runid and d.runid operator(pg_catalog.<=) to_runid;
    end if;
end
{{tag}};
comment on function cronmill_run_as.{{role}}(bigint, bigint) is 'The runs of this role in a window of runids.';
revoke all on function cronmill_run_as.{{role}}(bigint, bigint) from public;
grant execute on function cronmill_run_as.{{role}}(bigint, bigint) to {{owner}};

create or replace function cronmill_run_as.{{role}}(runids bigint[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as {{tag}}
declare
    removed bigint;
begin
    delete from cron.job_run_details as d where d.runid = any (runids);
    get diagnostics removed = row_count;
    return removed;
end
{{tag}};
comment on function cronmill_run_as.{{role}}(bigint[]) is 'Removes runs of this role from the history.';
revoke all on function cronmill_run_as.{{role}}(bigint[]) from public;
grant execute on function cronmill_run_as.{{role}}(bigint[]) to {{owner}};

reset role;
revoke create on schema cronmill_run_as from {{role}};

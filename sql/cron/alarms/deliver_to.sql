-- Says which function is called with every alarm, and as which role: its owner, if none is named.
-- What is over by now is not told any more. Changes cronmill_cron.housekeeping,
-- cronmill_cron.alarm, cron.job, privileges.
-- Executed by: the registry's owner; cronmill alarms deliver.
create or replace function cronmill_cron.deliver_to(
    alarm_function regprocedure, alarm_role text default null
)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
declare
    former_role text;
    fault text;
    routine record;
begin
    select h.alarm_role into former_role from cronmill_cron.housekeeping as h for update;
    select null::text as signature into routine;
    if deliver_to.alarm_function is not null then
        select
            r.rolname as owner, p.pronamespace::regnamespace as schema,
            cronmill_cron.alarm_signature(p.oid) as signature,
            p.prorettype = 'void'::regtype and p.prokind = 'f' and not p.proretset
                and pg_catalog.oidvectortypes(p.proargtypes) = 'jsonb' as fits
        into routine
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_roles as r on r.oid = p.proowner
        where p.oid = deliver_to.alarm_function;
        alarm_role := coalesce(deliver_to.alarm_role, routine.owner);
        if not routine.fits then
            raise exception using
                errcode = 'MC018',
                message = pg_catalog.format(
                    'function %s cannot be told of alarms', deliver_to.alarm_function),
                hint = 'It has to be a function (jsonb) returning void.';
        end if;
        if not exists (
            select
            from pg_catalog.pg_roles as r
            where r.rolname = deliver_to.alarm_role and r.rolcanlogin
        ) then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format(
                    'there is no role "%s" that may log in', deliver_to.alarm_role),
                hint = 'Name the role that calls the function: '
                    'cronmill alarms deliver FUNCTION --run-as ROLE';
        end if;
        -- Of what it may not call nobody would be told, and only who asks for the alarms would
        -- learn it.
        if not pg_catalog.has_function_privilege(
            deliver_to.alarm_role, deliver_to.alarm_function, 'execute')
            or not pg_catalog.has_schema_privilege(deliver_to.alarm_role, routine.schema, 'usage')
        then
            raise exception using
                errcode = 'MC018',
                message = pg_catalog.format(
                    'role "%s" may not execute function %s',
                    deliver_to.alarm_role, deliver_to.alarm_function),
                hint = pg_catalog.format(
                    'grant usage on schema %s to %I; grant execute on function %s to %I;',
                    routine.schema, deliver_to.alarm_role,
                    deliver_to.alarm_function, deliver_to.alarm_role);
        end if;
        if not cronmill_cron.acts_for_all_roles() and deliver_to.alarm_role <> current_user
            and cronmill_cron.role_fault(deliver_to.alarm_role) is not null
        then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format(
                    'no job can be made for role "%s"', deliver_to.alarm_role),
                detail = 'The registry''s owner is no superuser, and the role is not permitted to '
                    'any work database.',
                hint = pg_catalog.format('cronmill grant run-as %s --database NAME',
                    cronmill_cron.shell_word(deliver_to.alarm_role));
        end if;
    end if;
    update cronmill_cron.housekeeping as h
    set alarm_function = routine.signature, alarm_routine = deliver_to.alarm_function,
        alarm_role = case when deliver_to.alarm_function is not null then deliver_to.alarm_role end;
    fault := cronmill_cron.alarm_fault();
    if fault is not null then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format(
                'function %s may not be called as role "%s"',
                routine.signature, deliver_to.alarm_role),
            detail = pg_catalog.format('It is not safe: %s.', fault),
            hint = 'Name a role that owns function and schema, or may do less than their owners: '
                'cronmill alarms deliver FUNCTION --run-as ROLE';
    end if;
    update cronmill_cron.alarm as a
    set
        raised_told_at = coalesce(a.raised_told_at, a.cleared_at),
        cleared_told_at = coalesce(a.cleared_told_at, a.cleared_at),
        tell_attempts = 0, tell_error = null
    where a.cleared_at is not null or a.tell_attempts > 0;
    if former_role is not null then
        perform cronmill_cron.release_role(former_role);
    end if;
    perform cronmill_cron.renew_privileges();
    perform cronmill_cron.keep_house();
end
$function$;
comment on function cronmill_cron.deliver_to(regprocedure, text)
    is 'Says which function is called with every alarm, and as which role.';
revoke all on function cronmill_cron.deliver_to(regprocedure, text) from public;

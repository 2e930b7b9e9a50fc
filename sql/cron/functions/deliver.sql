-- Says which function is called with every alarm, and as which role: its owner, if none is named. What is over by now is
-- not told any more. Changes cronmill_cron.housekeeping, cronmill_cron.alarm, cron.job, privileges.
-- Executed by: the registry's owner; cronmill alarms deliver.
create or replace function cronmill_cron.deliver_to(alarm_function regprocedure, alarm_role text default null)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
declare
    former_role text;
    routine record;
begin
    select h.alarm_role into former_role from cronmill_cron.housekeeping as h for update;
    if deliver_to.alarm_function is not null then
        select r.rolname as owner, p.pronamespace::regnamespace as schema,
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
                message = pg_catalog.format('function %s cannot be told of alarms', deliver_to.alarm_function),
                hint = 'It has to be a function (jsonb) returning void.';
        end if;
        if not exists (
            select from pg_catalog.pg_roles as r where r.rolname = deliver_to.alarm_role and r.rolcanlogin
        ) then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format('there is no role "%s" that may log in', deliver_to.alarm_role),
                hint = 'Name the role that calls the function: cronmill alarms deliver FUNCTION --run-as ROLE';
        end if;
        -- Of what it may not call nobody would be told, and only who asks for the alarms would learn it.
        if not pg_catalog.has_function_privilege(deliver_to.alarm_role, deliver_to.alarm_function, 'execute')
            or not pg_catalog.has_schema_privilege(deliver_to.alarm_role, routine.schema, 'usage')
        then
            raise exception using
                errcode = 'MC018',
                message = pg_catalog.format('role "%s" may not execute function %s', deliver_to.alarm_role,
                    deliver_to.alarm_function),
                hint = pg_catalog.format('grant usage on schema %s to %I; grant execute on function %s to %I;',
                    routine.schema, deliver_to.alarm_role, deliver_to.alarm_function, deliver_to.alarm_role);
        end if;
        if not cronmill_cron.acts_for_all_roles() and deliver_to.alarm_role <> current_user
            and to_regprocedure(pg_catalog.format('cronmill_run_as.%I(bigint)', deliver_to.alarm_role)) is null
        then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format('no job can be made for role "%s"', deliver_to.alarm_role),
                detail = 'The registry''s owner is no superuser, and the role is not permitted to any work database.',
                hint = pg_catalog.format('cronmill grant run-as %s --database NAME',
                    cronmill_cron.shell_word(deliver_to.alarm_role));
        end if;
        -- Whoever owns the function may change what it does.
        if deliver_to.alarm_role <> routine.owner and (
            deliver_to.alarm_role = current_user
            or exists (select from pg_catalog.pg_roles as r where r.rolname = deliver_to.alarm_role and r.rolsuper)
        ) then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format('function %s may not be called as role "%s"', deliver_to.alarm_function,
                    deliver_to.alarm_role),
                detail = pg_catalog.format('Its owner, "%s", could do all that this role may.', routine.owner);
        end if;
    end if;
    update cronmill_cron.housekeeping as h
    set alarm_function = deliver_to.alarm_function::text,
        alarm_role = case when deliver_to.alarm_function is not null then deliver_to.alarm_role end;
    update cronmill_cron.alarm as a
    set raised_told_at = coalesce(a.raised_told_at, a.cleared_at), cleared_told_at = coalesce(a.cleared_told_at, a.cleared_at),
        tell_attempts = 0, tell_error = null
    where a.cleared_at is not null or a.tell_attempts > 0;
    if former_role is not null then
        perform cronmill_cron.release_role(former_role);
    end if;
    perform cronmill_cron.renew_privileges();
    perform cronmill_cron.keep_house();
end
$function$;
comment on function cronmill_cron.deliver_to(regprocedure, text) is 'Says which function is called with every alarm, and as which role.';
revoke all on function cronmill_cron.deliver_to(regprocedure, text) from public;

-- The next alarm that the function has not been told of, and that it is told now, taken for a failure beforehand.
-- Changes cronmill_cron.alarm. Executed by: the alarm role, through deliver.
create or replace function cronmill_cron.next_message(out alarm_id bigint, out event text, out message jsonb, out routine text)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    told cronmill_cron.alarm;
begin
    select h.alarm_function into next_message.routine
    from cronmill_cron.housekeeping as h
    where h.alarm_role = session_user;
    if not found then
        return;
    end if;
    update cronmill_cron.alarm as a
    set tell_attempts = a.tell_attempts + 1, tell_error = 'The call did not end.', tell_tried_at = clock_timestamp()
    where a.alarm_id = (
        select o.alarm_id
        from cronmill_cron.alarm as o
        where (o.raised_told_at is null or o.cleared_at is not null and o.cleared_told_at is null)
            and o.tell_attempts < 5
            -- Once in a run, so that one that fails does not stop the others.
            and (o.tell_tried_at < clock_timestamp() - interval '50 seconds') is not false
        order by o.alarm_id
        limit 1
        for update skip locked
    )
    returning a.* into told;
    next_message.alarm_id := told.alarm_id;
    next_message.event := case when told.raised_told_at is null then 'raised' else 'cleared' end;
    next_message.message := cronmill_cron.alarm_message(told, next_message.event);
end
$function$;
comment on function cronmill_cron.next_message() is 'The next alarm that the alarm function has to be told of.';
revoke all on function cronmill_cron.next_message() from public;

-- Notes how the call ended. Changes cronmill_cron.alarm. Executed by: the alarm role, through deliver.
create or replace function cronmill_cron.note_message(alarm_id bigint, event text, error text)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update cronmill_cron.alarm as a
    set
        raised_told_at = case when note_message.error is null and note_message.event = 'raised' then clock_timestamp()
            else a.raised_told_at end,
        cleared_told_at = case when note_message.error is null and note_message.event = 'cleared' then clock_timestamp()
            else a.cleared_told_at end,
        tell_attempts = case when note_message.error is null then 0 else a.tell_attempts end,
        tell_tried_at = case when note_message.error is not null then a.tell_tried_at end,
        tell_error = left(note_message.error, 1000)
    where a.alarm_id = note_message.alarm_id
        and exists (select from cronmill_cron.housekeeping as h where h.alarm_role = session_user);
end;
comment on function cronmill_cron.note_message(bigint, text, text) is 'Notes how a call of the alarm function ended.';
revoke all on function cronmill_cron.note_message(bigint, text, text) from public;

-- Calls the alarm function for every alarm it has not been told of: logged in as the role that was named, so that it
-- may do what this role may and no more, each in a transaction of its own; what fails is noted and tried again a minute
-- later, five times. The housekeeper cancels a call after ten seconds, by the published deadline. Started by pg_cron.
create or replace procedure cronmill_cron.deliver()
language plpgsql
as $procedure$
declare
    next record;
    failure text;
    deadline timestamptz;
begin
    loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        select m.alarm_id, m.event, m.message, m.routine into next from cronmill_cron.next_message() as m;
        exit when next.alarm_id is null;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        deadline := clock_timestamp() + interval '10 seconds';
        perform pg_catalog.set_config('application_name',
            'cronmill deliver until ' || extract(epoch from deadline)::text, false);
        failure := null;
        begin
            execute pg_catalog.format('select %s($1)', next.routine::regprocedure::regproc) using next.message;
            set constraints all immediate;
        exception
            when query_canceled then
                failure := case when clock_timestamp() >= deadline then 'It took longer than 10 s.' else sqlerrm end;
            when assert_failure or others then
                failure := sqlerrm;
        end;
        reset role;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform pg_catalog.set_config('application_name', 'cronmill deliver', false);
        perform cronmill_cron.note_message(next.alarm_id, next.event, failure);
        commit;
        reset all;
    end loop;
end
$procedure$;
comment on procedure cronmill_cron.deliver() is 'The job of the alarm role: calls the alarm function.';
revoke all on procedure cronmill_cron.deliver() from public;

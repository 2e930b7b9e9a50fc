-- A function as the alarm function is noted. Executed by: deliver_to, alarm_fault.
create or replace function cronmill_cron.alarm_signature(routine oid)
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.oid = routine;
end;
comment on function cronmill_cron.alarm_signature(oid) is 'A function as the alarm function is noted.';
revoke all on function cronmill_cron.alarm_signature(oid) from public;

-- Why the alarm function may not be called as its role, as the end of a sentence; null if it may, or there is none. Who
-- owns the function, or the schema it is in, can make another of it at any moment: so each of them has to be able to do
-- already what the role may. A superuser never calls it. Executed by: deliver_to, next_message, dangers.
create or replace function cronmill_cron.alarm_fault()
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select case
        when h.alarm_function is null then null
        when cronmill_cron.alarm_signature(h.alarm_routine) is distinct from h.alarm_function
            then 'the function that was named is gone, whatever has its name now'
        when r.oid is null then format('role "%s" does not exist', h.alarm_role)
        when r.rolsuper then format('role "%s" is a superuser', h.alarm_role)
        else (
            select format('role "%s" owns the %s, and could do by it all that role "%s" may', o.rolname, w.thing, r.rolname)
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            cross join lateral (values (1, 'function', p.proowner), (2, 'schema', n.nspowner)) as w (place, thing, owner_oid)
            join pg_catalog.pg_roles as o on o.oid = w.owner_oid
            where p.oid = h.alarm_routine
                and not o.rolsuper and o.rolname <> current_user and not pg_has_role(o.oid, r.oid, 'member')
            order by w.place
            limit 1
        )
    end
    from cronmill_cron.housekeeping as h
    left join pg_catalog.pg_roles as r on r.rolname = h.alarm_role;
end;
comment on function cronmill_cron.alarm_fault() is 'Why the alarm function may not be called as its role; null if it may.';
revoke all on function cronmill_cron.alarm_fault() from public;

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
    fault text;
    routine record;
begin
    select h.alarm_role into former_role from cronmill_cron.housekeeping as h for update;
    select null::text as signature into routine;
    if deliver_to.alarm_function is not null then
        select r.rolname as owner, p.pronamespace::regnamespace as schema, cronmill_cron.alarm_signature(p.oid) as signature,
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
            and cronmill_cron.role_fault(deliver_to.alarm_role) is not null
        then
            raise exception using
                errcode = 'MC009',
                message = pg_catalog.format('no job can be made for role "%s"', deliver_to.alarm_role),
                detail = 'The registry''s owner is no superuser, and the role is not permitted to any work database.',
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
            message = pg_catalog.format('function %s may not be called as role "%s"', routine.signature, deliver_to.alarm_role),
            detail = pg_catalog.format('It is not safe: %s.', fault),
            hint = 'Name a role that owns function and schema, or may do less than their owners: '
                'cronmill alarms deliver FUNCTION --run-as ROLE';
    end if;
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
create or replace function cronmill_cron.next_message(out alarm_id bigint, out event text, out message jsonb, out routine oid)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    told cronmill_cron.alarm;
    fault text;
begin
    select h.alarm_routine into next_message.routine
    from cronmill_cron.housekeeping as h
    where h.alarm_role = session_user;
    if not found then
        return;
    end if;
    fault := cronmill_cron.alarm_fault();
    if fault is not null then
        raise exception using
            errcode = 'MC018',
            message = pg_catalog.format('nobody is told of alarms: %s', fault),
            hint = 'cronmill alarms deliver FUNCTION --run-as ROLE';
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
-- Types are looked for before the search_path is set: those that are no keywords are qualified here.
declare
    next record;
    failure pg_catalog.text;
    deadline pg_catalog.timestamptz;
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
            execute pg_catalog.format('select %s($1)', next.routine::regproc) using next.message;
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

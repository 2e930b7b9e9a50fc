-- What a handler that returns cronmill.outcome may say of its task. What it did stays done with all of them.
-- Executed by: handlers.
create or replace function cronmill.done()
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('done', null, null)::cronmill.outcome;
end;
comment on function cronmill.done() is 'Outcome: the task is done; the same as returning null.';
revoke all on function cronmill.done() from public;

create or replace function cronmill.snooze(until timestamptz)
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('snooze', snooze.until, null)::cronmill.outcome;
end;
comment on function cronmill.snooze(timestamptz) is 'Outcome: not yet; the task is called again at that time, and no attempt is used up.';
revoke all on function cronmill.snooze(timestamptz) from public;

create or replace function cronmill.dead(reason text)
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('dead', null, dead.reason)::cronmill.outcome;
end;
comment on function cronmill.dead(text) is 'Outcome: never; the task is dead at once.';
revoke all on function cronmill.dead(text) from public;

-- Fails, within a batch, when a handler says anything but done: its task has to be called alone.
-- Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.assert_done(outcome cronmill.outcome)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if (assert_done.outcome).kind <> 'done' then
        raise exception using errcode = 'MC000', message = 'the task is not done';
    end if;
end
$function$;
comment on function cronmill.assert_done(cronmill.outcome) is 'Fails, within a batch, when a handler says anything but done.';
revoke all on function cronmill.assert_done(cronmill.outcome) from public;

-- The same by raising, for handlers that return void: what the handler did is rolled back.
-- SQLSTATE MC101, with the time in the detail; SQLSTATE MC102, with the reason as the message.
-- Executed by: handlers.
create or replace function cronmill.raise_snooze(until timestamptz)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'MC101', message = 'the task asks to be done later', detail = raise_snooze.until::text;
end
$function$;
comment on function cronmill.raise_snooze(timestamptz) is 'Raises MC101: not yet, again at that time, without using up an attempt.';
revoke all on function cronmill.raise_snooze(timestamptz) from public;

create or replace function cronmill.raise_dead(reason text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using errcode = 'MC102', message = raise_dead.reason;
end
$function$;
comment on function cronmill.raise_dead(text) is 'Raises MC102: never, the task is dead at once.';
revoke all on function cronmill.raise_dead(text) from public;

-- Whether it is time to tell the registry of a processor, and when it will be next. Of several slots one is told yes. It
-- is taken for a failure beforehand: whatever becomes of it, the next attempt comes later than the last one did.
-- Changes cronmill.push. Executed by: the processor's run-as role, through push.
create or replace function cronmill.begin_push(
    processor_id integer, is_last boolean, out go boolean, out next_at timestamptz
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
begin
    begin_push.go := false;
    if not exists (
        select from cronmill.processor as p
        where p.processor_id = begin_push.processor_id and p.run_as = session_user
    ) then
        begin_push.next_at := 'infinity';
        return;
    end if;
    insert into cronmill.push (processor_id)
    values (begin_push.processor_id)
    on conflict on constraint push_pkey do nothing;
    update cronmill.push as u
    set next_at = now_at + least(interval '5 minutes', interval '50 seconds' * 2 ^ least(u.failures, 3)),
        failures = u.failures + 1
    where u.processor_id = (
            select f.processor_id
            from cronmill.push as f
            where f.processor_id = begin_push.processor_id
                and (f.next_at <= now_at or begin_push.is_last and f.failures = 0)
            for update skip locked
        )
    returning u.next_at into begin_push.next_at;
    begin_push.go := found;
    if not begin_push.go then
        select greatest(u.next_at, now_at + interval '10 seconds') into begin_push.next_at
        from cronmill.push as u
        where u.processor_id = begin_push.processor_id;
    end if;
end
$function$;
comment on function cronmill.begin_push(integer, boolean) is 'Whether it is time to tell the registry of a processor.';
revoke all on function cronmill.begin_push(integer, boolean) from public;

-- Tells the registry what backlog has found, and notes it. Changes cronmill.push, and in the cron database
-- cronmill_cron.backlog. Executed by: the processor's run-as role, through push.
create or replace function cronmill.tell_registry(processor_id integer, tasks cronmill.backlog, next_at timestamptz)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill.send_backlog(p.name, tell_registry.tasks)
    from cronmill.processor as p
    where p.processor_id = tell_registry.processor_id and p.run_as = session_user;
    if found then
        update cronmill.push as u
        set next_at = tell_registry.next_at, pushed_at = clock_timestamp(), failures = 0, error = null
        where u.processor_id = tell_registry.processor_id;
    end if;
end
$function$;
comment on function cronmill.tell_registry(integer, cronmill.backlog, timestamptz) is 'Tells the registry how a processor is.';
revoke all on function cronmill.tell_registry(integer, cronmill.backlog, timestamptz) from public;

-- Notes why the registry could not be told. Changes cronmill.push.
-- Executed by: the processor's run-as role, through push.
create or replace function cronmill.note_silence(processor_id integer, error text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    update cronmill.push as u
    set error = left(note_silence.error, 1000)
    from cronmill.processor as p
    where u.processor_id = note_silence.processor_id
        and p.processor_id = u.processor_id
        and p.run_as = session_user;
end
$function$;
comment on function cronmill.note_silence(integer, text) is 'Notes why the registry could not be told of a processor.';
revoke all on function cronmill.note_silence(integer, text) from public;

-- Tells the registry how a processor is, at most once a minute, and tidies up. Nothing of it fails a run: the
-- registry is told in a transaction of its own, which is rolled back if that fails, because a commit after an error of
-- the link could fail, too. The housekeeper cancels what takes too long, as it does with tasks; any other cancel wants the
-- run to end (cancel_message). Executed by: the processor's run-as role, from its generated procedure, between its
-- transactions.
create or replace procedure cronmill.push(
    run cronmill.run_start, is_last boolean, inout push_at pg_catalog.timestamptz, inout cancel_message pg_catalog.text
)
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified here.
declare
    go boolean;
    began_at pg_catalog.timestamptz;
    deadline pg_catalog.timestamptz;
    tasks cronmill.backlog;
    next_at pg_catalog.timestamptz;
    failure pg_catalog.text;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    cancel_message := null;
    select b.go, b.next_at into go, push_at from cronmill.begin_push(run.processor_id, is_last) as b;
    commit;
    if not go then
        return;
    end if;
    for part in 1 .. 2 loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        began_at := clock_timestamp();
        deadline := began_at + interval '10 seconds';
        perform cronmill.publish(run, deadline);
        begin
            if part = 1 then
                perform cronmill.tidy(run.processor_id);
            else
                tasks := cronmill.backlog(run.processor_id);
                -- Somewhat less than a minute, so that of runs that follow each other every minute each one does; not so often
                -- where counting is slow, among many dead rows.
                next_at := clock_timestamp() + greatest(interval '50 seconds', 20 * (clock_timestamp() - began_at));
                perform cronmill.tell_registry(run.processor_id, tasks, next_at);
                push_at := next_at;
            end if;
            failure := null;
        exception
            when query_canceled then
                failure := sqlerrm;
                if clock_timestamp() < deadline then
                    cancel_message := sqlerrm;
                end if;
            when assert_failure or others then
                failure := sqlerrm;
        end;
        if failure is not null then
            rollback;
            perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
            perform cronmill.note_silence(run.processor_id, failure);
        end if;
        perform cronmill.publish(run, null);
        commit;
        exit when cancel_message is not null;
    end loop;
end
$procedure$;
comment on procedure cronmill.push(cronmill.run_start, boolean, timestamptz, text) is 'Tells the registry how a processor is, at most once a minute.';
revoke all on procedure cronmill.push(cronmill.run_start, boolean, timestamptz, text) from public;

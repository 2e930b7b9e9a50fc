-- Tells the registry how a processor is, at most once a minute, and tidies up. Nothing of it fails
-- a run: the registry is told in a transaction of its own, which is rolled back if that fails,
-- because a commit after an error of the link could fail, too. The housekeeper cancels what takes
-- too long, as it does with tasks; any other cancel wants the run to end (cancel_message).
-- Executed by: close_run, run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.push(
    run cronmill.run_start, is_last boolean, inout push_at pg_catalog.timestamptz,
    inout cancel_message pg_catalog.text
)
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified
-- here.
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
    select b.go, b.next_at into go, push_at
    from cronmill.begin_push(run.processor_id, is_last) as b;
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
                -- Somewhat less than a minute, so that of runs that follow each other every minute
                -- each one does; not so often where counting is slow, among many dead rows.
                next_at := clock_timestamp()
                    + greatest(interval '50 seconds', 20 * (clock_timestamp() - began_at));
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
comment on procedure cronmill.push(cronmill.run_start, boolean, timestamptz, text)
    is 'Tells the registry how a processor is, at most once a minute.';
revoke all on procedure cronmill.push(cronmill.run_start, boolean, timestamptz, text) from public;

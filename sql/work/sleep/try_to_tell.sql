-- Tells the registry in a transaction of its own, which is rolled back if that fails, because a
-- commit after an error of the link could fail, too. The run goes on as if nothing had been said.
-- Executed by: close_run, fall_asleep, keep_vigil, make_known; the processor's run-as role, between
-- its transactions.
create or replace procedure cronmill.try_to_tell(
    run cronmill.run_start,
    state text,
    next_at timestamptz,
    had_tasks boolean,
    inout is_told boolean
)
language plpgsql
as $procedure$
declare
    deadline pg_catalog.timestamptz;
    failure pg_catalog.text;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    deadline := clock_timestamp() + interval '10 seconds';
    perform cronmill.publish(run, deadline);
    begin
        perform cronmill.tell_rest(run.processor_id, state, next_at, had_tasks);
        if state = 'awake' then
            perform cronmill.get_up(run.processor_id);
        end if;
        is_told := true;
    exception
        when query_canceled or assert_failure or others then
            is_told := false;
            failure := sqlerrm;
    end;
    if not is_told then
        rollback;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform cronmill.note_silence(run.processor_id, failure);
    end if;
    perform cronmill.publish(run, null);
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
end
$procedure$;
comment on procedure cronmill.try_to_tell(
    cronmill.run_start, text, timestamptz, boolean, boolean
) is 'Tells the registry that a processor falls asleep, gives way, or is awake, if it can.';
revoke all on procedure cronmill.try_to_tell(
    cronmill.run_start, text, timestamptz, boolean, boolean
) from public;

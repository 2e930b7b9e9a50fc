-- Notes the end of a run and gives its slot back; ends with an error where pg_cron shall show one:
-- the run was canceled, or its handler cannot be called.
-- Executed by: run; the processor's run-as role.
create or replace procedure cronmill.close_run(
    run cronmill.run_start,
    batch cronmill.claim,
    end_reason text,
    counters cronmill.counters,
    push_at timestamptz,
    cancel_message text
)
language plpgsql
as $procedure$
declare
    pushed_at pg_catalog.timestamptz := push_at;
    stop_message pg_catalog.text := cancel_message;
    fault record;
    is_asleep boolean;
begin
    reset all;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if run.slot = 1 and run.sleep_after is not null then
        if end_reason in ('empty', 'paused') then
            call cronmill.fall_asleep(run, counters, false, is_asleep);
        elsif end_reason = 'budget' and not run.lingers then
            -- What is left is for its next time.
            call cronmill.try_to_tell(run, 'asleep', null, true, is_asleep);
        end if;
    end if;
    perform cronmill.end_run(run.processor_id, run, end_reason, counters, batch);
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if end_reason not in ('canceled', 'stopped')
        and (run.is_rare or clock_timestamp() >= pushed_at)
    then
        call cronmill.push(run, run.is_rare, pushed_at, stop_message);
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end if;
    if end_reason <> 'lost' then
        perform pg_catalog.pg_advisory_unlock(cronmill.lock_class('slot'), run.slot_id);
    end if;
    if end_reason in ('canceled', 'stopped') then
        raise query_canceled using message = stop_message;
    end if;
    if end_reason = 'no handler' then
        fault := cronmill.handler_fault(run.processor_id);
        raise exception using
            errcode = 'MC021',
            message = coalesce(fault.message, 'the handler could not be called'),
            detail = 'No task is charged with that; they wait.',
            hint = coalesce(fault.hint, 'It can be called now: the next run does them.');
    end if;
end
$procedure$;
comment on procedure cronmill.close_run(
    cronmill.run_start, cronmill.claim, text, cronmill.counters, timestamptz, text
) is 'Notes the end of a run and gives its slot back.';
revoke all on procedure cronmill.close_run(
    cronmill.run_start, cronmill.claim, text, cronmill.counters, timestamptz, text
) from public;

-- Fires what is due, in transactions of its own, for a second at most, and has the next claim look
-- from the beginning: a tick is a moment ago. Nothing of it fails a run. A cancel wants the run to
-- end.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.keep_time(
    run cronmill.run_start,
    inout look_at timestamptz,
    inout full_scan_at timestamptz,
    inout cancel_message text
)
language plpgsql
as $procedure$
declare
    fired integer;
    give_up_at pg_catalog.timestamptz;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    give_up_at := clock_timestamp() + interval '1 second';
    loop
        fired := 0;
        begin
            select f.fired, f.look_at into fired, look_at
            from cronmill.fire_due(run.processor_id) as f;
        exception
            when query_canceled then
                cancel_message := sqlerrm;
            when assert_failure or others then
                look_at := clock_timestamp() + interval '5 seconds';
        end;
        if fired > 0 then
            full_scan_at := null;
        end if;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when fired = 0;
        if clock_timestamp() > give_up_at then
            -- What is left has its turn after a batch.
            look_at := clock_timestamp();
            exit;
        end if;
    end loop;
end
$procedure$;
comment on procedure cronmill.keep_time(cronmill.run_start, timestamptz, timestamptz, text)
    is 'Fires the recurring templates that are due, between two batches.';
revoke all on procedure cronmill.keep_time(cronmill.run_start, timestamptz, timestamptz, text)
    from public;

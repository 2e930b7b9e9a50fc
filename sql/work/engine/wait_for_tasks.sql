-- Waits until there is something to claim, or a time has come. It looks as often as the processor
-- is told to, and after some seconds without a task less often: two and a half times, so that who
-- comes then waits for half of that; where a look is a claim, because what is ready is held up, ten
-- times. Gives back the words of a cancel.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.wait_for_tasks(
    run cronmill.run_start,
    batch cronmill.claim,
    until_at timestamptz,
    inout seconds double precision,
    inout cancel_message text
)
language plpgsql
as $procedure$
declare
    began_at pg_catalog.timestamptz;
    end_at pg_catalog.timestamptz;
    is_blind pg_catalog.bool;
    seen record;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    began_at := clock_timestamp();
    is_blind := coalesce(batch.is_held_up, false);
    -- A claim sees more than a look does: once a second, and when what is to be done alone is due.
    end_at := least(until_at, began_at + interval '1 second' * greatest(1, seconds),
        case when run.alone_at > began_at then run.alone_at end);
    loop
        seen := cronmill.look_out(run.processor_id, run.slot, batch, seconds, end_at);
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when is_blind or seen.has_seen or seen.cancel_message is not null
            or clock_timestamp() >= end_at;
    end loop;
    cancel_message := seen.cancel_message;
    seconds := least(
        run.poll_seconds * case when is_blind then 10 else 2.5 end,
        seconds + run.poll_seconds * case when is_blind then 1 else 0.25 end
            * extract(epoch from clock_timestamp() - began_at));
end
$procedure$;
comment on procedure cronmill.wait_for_tasks(
    cronmill.run_start, cronmill.claim, timestamptz, double precision, text
) is 'Waits until there is something to claim, or a time has come.';
revoke all on procedure cronmill.wait_for_tasks(
    cronmill.run_start, cronmill.claim, timestamptz, double precision, text
) from public;

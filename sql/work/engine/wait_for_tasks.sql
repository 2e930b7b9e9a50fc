-- Waits until there is something to claim, until the next claim is due anyhow, or until the run is
-- over. It looks as often as the processor is told to, and after some seconds without a task less
-- often: two and a half times, so that who comes then waits for half of that; where each look is a
-- claim, because what is ready is held up, ten times. Gives back the words of a cancel.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.wait_for_tasks(
    run cronmill.run_start,
    batch cronmill.claim,
    until_at timestamptz,
    claim_at timestamptz,
    inout seconds double precision,
    inout cancel_message text
)
language plpgsql
as $procedure$
declare
    now_at pg_catalog.timestamptz;
    began_at pg_catalog.timestamptz;
    end_at pg_catalog.timestamptz;
    is_blind pg_catalog.bool;
    seen record;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    began_at := clock_timestamp();
    now_at := began_at;
    is_blind := coalesce(batch.is_held_up, false);
    -- A claim sees more than a look does: it is made once a second, and when what is to be done
    -- alone is due; where one may have to sleep, so often that nobody waits for its place.
    end_at := least(until_at, greatest(
        began_at + seconds * interval '1 second',
        least(
            claim_at,
            began_at + case when run.sleep_after is null then interval '1 second'
                else interval '0.1 seconds' end,
            case when run.alone_at > began_at then run.alone_at end)));
    loop
        seen := cronmill.look_out(
            run.processor_id, run.slot, batch,
            least(seconds, extract(epoch from end_at - now_at)));
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        now_at := clock_timestamp();
        exit when is_blind or seen.has_seen or seen.cancel_message is not null or now_at >= end_at;
    end loop;
    cancel_message := seen.cancel_message;
    seconds := least(
        run.poll_seconds * case when is_blind then 10 else 2.5 end,
        seconds + run.poll_seconds * case when is_blind then 1 else 0.25 end
            * extract(epoch from now_at - began_at));
end
$procedure$;
comment on procedure cronmill.wait_for_tasks(
    cronmill.run_start, cronmill.claim, timestamptz, timestamptz, double precision, text
) is 'Waits until there is something to claim, or a time has come.';
revoke all on procedure cronmill.wait_for_tasks(
    cronmill.run_start, cronmill.claim, timestamptz, timestamptz, double precision, text
) from public;

-- Falls asleep, so that no task is missed. First it sets the bit by which producers know that they
-- have to ring; commits. Those who put tasks into a queue before that, and have not ended, did not
-- ring: it waits for them, half a second at most. If one takes longer it stays awake for now, being
-- patient; else it may learn nothing of that, and has itself woken soon. Then it looks for tasks
-- with a new snapshot; then it tells the registry, which has its jobs start no more. Whatever
-- fails: it has not slept, and the bit, which costs producers a needless ring, stays.
-- Executed by: close_run, keep_vigil; the processor's run-as role, between its transactions.
create or replace procedure cronmill.fall_asleep(
    run cronmill.run_start,
    counters cronmill.counters,
    is_patient boolean,
    inout is_asleep boolean
)
language plpgsql
as $procedure$
declare
    awaited pg_catalog.text[];
    give_up_at pg_catalog.timestamptz;
    next_at pg_catalog.timestamptz;
    is_ready boolean;
begin
    is_asleep := false;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    begin
        perform cronmill.lie_down(run.processor_id);
    exception
        -- A place that is kept hinders less than tasks that nobody is told of.
        when lock_not_available or sqlstate 'MC009' then
            return;
    end;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    give_up_at := clock_timestamp() + interval '0.5 seconds';
    awaited := cronmill.producers_at_work();
    while awaited <> '{}' and clock_timestamp() < give_up_at loop
        perform pg_catalog.pg_sleep(0.01);
        awaited := array(
            select a.transaction
            from unnest(awaited) as a (transaction)
            where a.transaction = any (cronmill.producers_at_work())
        );
    end loop;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if is_patient and awaited <> '{}' then
        return;
    end if;
    select n.is_ready, n.next_at into is_ready, next_at
    from cronmill.next_work(run.processor_id) as n;
    if is_ready then
        return;
    end if;
    if awaited <> '{}' then
        next_at := least(next_at, clock_timestamp() + interval '10 seconds');
    end if;
    call cronmill.try_to_tell(
        run, 'asleep', next_at, counters.done + counters.failed > 0, is_asleep);
end
$procedure$;
comment on procedure cronmill.fall_asleep(
    cronmill.run_start, cronmill.counters, boolean, boolean)
    is 'Falls asleep, so that no task is missed.';
revoke all on procedure cronmill.fall_asleep(
    cronmill.run_start, cronmill.counters, boolean, boolean)
    from public;

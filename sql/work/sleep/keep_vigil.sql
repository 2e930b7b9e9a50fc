-- After each look for tasks of a processor that sleeps: whether the run ends, because there has
-- been nothing for so long (asleep, by the first slot; idle, by the others), because others wait
-- and this one has nothing to do, or because it is asked to give up its place (yielded). Of a run
-- that goes on the first slot tells the registry, after two seconds of work, that it is awake:
-- then producers need not ring; and of one that has tasks all that time, that it has them for more
-- slots.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.keep_vigil(
    run cronmill.run_start,
    is_busy boolean,
    counters cronmill.counters,
    inout vigil cronmill.vigil,
    inout end_reason text
)
language plpgsql
as $procedure$
declare
    now_at constant pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    had_tasks boolean;
    asks boolean;
    is_told boolean;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    had_tasks := counters.done + counters.failed > 0;
    vigil.confirm_at := coalesce(vigil.confirm_at, now_at + interval '2 seconds');
    vigil.idle_since := case when not is_busy then coalesce(vigil.idle_since, now_at) end;
    vigil.busy_since := case when is_busy then coalesce(vigil.busy_since, now_at) end;
    vigil.has_asked := vigil.has_asked and is_busy;
    -- There is no hurry: a burst is over by then.
    asks := run.slots > 1 and now_at >= vigil.busy_since + interval '2 seconds'
        and vigil.has_asked is not true;
    if (vigil.look_at > now_at) is not true then
        select y.others_wait, y.must_yield into vigil.others_wait, vigil.must_yield
        from cronmill.is_asked_to_yield(run.processor_id) as y;
        vigil.look_at := now_at + interval '1 second';
    end if;
    if is_busy then
        if vigil.must_yield then
            -- Also if it cannot be told: the dispatcher sees that nobody is at work.
            end_reason := 'yielded';
            if run.slot = 1 then
                call cronmill.try_to_tell(run, 'wanted', null, had_tasks, is_told);
            end if;
        elsif run.slot = 1 and now_at >= vigil.confirm_at
            and (vigil.is_confirmed is not true or asks)
        then
            call cronmill.try_to_tell(run, 'awake', null, had_tasks, is_told);
            vigil.is_confirmed := is_told;
            vigil.has_asked := is_told and asks;
            vigil.confirm_at := now_at + interval '10 seconds';
        end if;
    elsif (vigil.others_wait or now_at >= vigil.idle_since + run.sleep_after)
        and (vigil.retry_at > now_at) is not true
    then
        if run.slot > 1 then
            end_reason := 'idle';
        else
            vigil.retry_at := now_at + interval '2 seconds';
            vigil.is_confirmed := false;
            call cronmill.fall_asleep(
                run, counters,
                not vigil.others_wait
                    and now_at < vigil.idle_since + run.sleep_after + interval '5 seconds',
                is_told);
            end_reason := case when is_told then 'asleep' end;
            -- What it may not begin now, others have locked.
            if not is_told and vigil.must_yield then
                end_reason := 'yielded';
                call cronmill.try_to_tell(run, 'wanted', null, had_tasks, is_told);
            end if;
        end if;
    end if;
end
$procedure$;
comment on procedure cronmill.keep_vigil(
    cronmill.run_start, boolean, cronmill.counters, cronmill.vigil, text
) is 'Whether a run of a processor that sleeps ends, and how.';
revoke all on procedure cronmill.keep_vigil(
    cronmill.run_start, boolean, cronmill.counters, cronmill.vigil, text
) from public;

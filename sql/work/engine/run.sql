-- A run of a processor's slot, from its start to its end: what every generated procedure calls.
-- Each transaction does one batch: the tasks leave the queue and what the handler did arrives by
-- the same commit. pg_cron runs `call` alone, because a procedure that commits may have no set
-- clause, may not be security definer, and must commit outside of any block with an exception
-- clause. Types are looked for before it sets its search_path, and qualified but for keywords.
-- Executed by: the processor's run-as role.
create or replace procedure cronmill.run(processor text, slot integer, task_limit bigint)
language plpgsql
as $procedure$
declare
    run cronmill.run_start;
    batch cronmill.claim;
    counters cronmill.counters := (0, 0, 0, null, null, 0);
    total integer;
    batch_size integer := 1;
    began_at pg_catalog.timestamptz;
    careful integer;
    alone_first boolean;
    failures bigint := 0;
    poll_seconds double precision;
    push_at pg_catalog.timestamptz;
    fire_at pg_catalog.timestamptz;
    last_look boolean := false;
    noted bigint := 0;
    note_at pg_catalog.timestamptz;
    end_reason pg_catalog.text;
    cancel_message pg_catalog.text;
    vigil cronmill.vigil;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    note_at := clock_timestamp() + interval '0.25 seconds';
    run := cronmill.begin_run(processor, slot);
    if not run.go then
        commit;
        return;
    end if;
    call cronmill.renew(run, slot);
    call cronmill.make_known(run);
    careful := run.careful;
    poll_seconds := run.poll_seconds;
    push_at := run.push_at;
    vigil.idle_since := run.idle_since;
    batch := cronmill.resume_scan(run.resume);
    call cronmill.keep_time(run, fire_at, batch.full_scan_at, cancel_message);

    loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        began_at := clock_timestamp();
        -- What may end the run is done last; at the end of its time one is, if none was before.
        alone_first := began_at >= run.alone_at
            or not run.lingers and (total = 0 or alone_first and batch.is_alone) is true;
        batch_size := case when total > 0 and began_at >= run.ends_at then 0
            else least(batch_size, task_limit - counters.done - counters.failed) end;

        -- First the whole batch in one subtransaction, unless tasks of the last batch failed, or
        -- each is to have a transaction of its own: these are locked here, and done in parts now.
        if failures > 0 or coalesce(batch.one_each, false) then
            batch := cronmill.claim(
                run.processor_id, slot, batch_size, careful, alone_first, batch, true);
            batch.in_parts := batch.task_ids is not null;
            batch.is_locked := batch.in_parts;
        else
            batch := cronmill.try_batch(run, slot, batch_size, careful, alone_first, batch);
        end if;
        end_reason := batch.end_reason;
        cancel_message := batch.cancel_message;
        total := coalesce(cardinality(batch.task_ids), 0);
        failures := 0;
        counters.waited := batch.waited;
        if total > 0 and batch.is_alone and batch.places[1] is null then
            -- It has no place any more if its last attempt was one that never ended.
            counters.dead := counters.dead + 1;
            counters.failed := counters.failed + 1;
        end if;
        if total > 0 and not batch.in_parts then
            counters.done := counters.done + total;
            counters.worked := cronmill.tally(
                counters.worked, (clock_timestamp() - began_at) / total, total);
        elsif batch.in_parts and end_reason is null then
            call cronmill.retry_in_parts(
                run, slot, batch, counters, failures, began_at, end_reason, cancel_message);
        end if;

        end_reason := coalesce(end_reason, batch.stop_reason, case
            when counters.done + counters.failed >= task_limit then 'limit'
            when total = 0 and not batch.at_once and last_look then 'empty'
            when clock_timestamp() >= run.ends_at and alone_first then 'budget'
        end);
        -- Of a run that is killed little is missing, and nothing of what it did carefully.
        if counters.done + counters.failed > noted
            and (batch.is_alone or clock_timestamp() > note_at)
        then
            perform cronmill.note_progress(run.processor_id, run, counters);
            noted := counters.done + counters.failed;
            note_at := clock_timestamp() + interval '0.25 seconds';
        end if;
        if total > 0 then
            call cronmill.renew(run, slot);
        else
            -- The owner of the database chooses the default search_path, and could have operators
            -- of his called as the run-as role.
            commit;
            perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        end if;
        exit when end_reason is not null;
        call cronmill.tell_left(run);

        cancel_message := null;
        if total > 0 then
            poll_seconds := run.poll_seconds;
            last_look := false;
            if not batch.is_alone or careful > 0 then
                batch_size := cronmill.next_batch_size(
                    total, batch_size, clock_timestamp() - began_at, failures);
            end if;
            careful := greatest(0, careful - total);
        elsif batch.at_once or careful > 0 then
            careful := case when batch.at_once then careful else 0 end;
        elsif not run.lingers then
            -- Before it ends it looks everywhere, also where it has passed.
            batch.full_scan_at := null;
            last_look := true;
        else
            call cronmill.wait_for_tasks(
                run, batch, least(run.ends_at, push_at), least(fire_at, batch.full_scan_at,
                    case when counters.done + counters.failed > noted then note_at end),
                poll_seconds, cancel_message);
        end if;
        if cancel_message is null and clock_timestamp() >= push_at then
            call cronmill.push(run, false, push_at, cancel_message);
            perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        end if;
        if cancel_message is null and clock_timestamp() >= fire_at then
            call cronmill.keep_time(run, fire_at, batch.full_scan_at, cancel_message);
        end if;
        if cancel_message is not null then
            end_reason := 'stopped';
        elsif run.sleep_after is not null then
            call cronmill.keep_vigil(
                run, total > 0 or batch.at_once, counters, vigil, end_reason);
        end if;
        exit when end_reason is not null;
    end loop;

    call cronmill.close_run(run, batch, end_reason, counters, push_at, cancel_message);
end
$procedure$;
comment on procedure cronmill.run(text, integer, bigint)
    is 'A run of a processor''s slot: batches until its time is over, or nothing is left.';
revoke all on procedure cronmill.run(text, integer, bigint) from public;

-- Does a batch again that failed as a whole: as many tasks as go well in one subtransaction. Of a part that fails the task
-- that failed is set aside, those before it are done again, then come those after it. When these are committed, each that
-- was set aside is done alone in its transaction, where it meets nothing of the others: only what fails there is charged,
-- and one that leaves nothing makes room for the next. A commit after 60 parts: more than 64 subtransactions that write slow
-- every other session's snapshots. A task taken alone comes here at once; its attempt is committed before it is made.
-- What it has done last is left to the caller to commit. parts_began_at is when that transaction began.
-- Executed by: run; the processor's run-as role.
create or replace procedure cronmill.retry_in_parts(
    run cronmill.run_start,
    slot integer,
    batch cronmill.claim,
    inout counters cronmill.counters,
    inout failures bigint,
    inout parts_began_at timestamptz,
    inout end_reason text,
    inout cancel_message text
)
language plpgsql
as $procedure$
declare
    -- What is locked. A variable of an array's type would be copied as a whole for each part of it; fields are not.
    again cronmill.claim := batch;
    total integer := coalesce(cardinality(batch.places), 0);
    most_parts constant integer := 60;
    parts integer := case when batch.is_locked and not batch.is_alone and batch.task_timeout is null then 0 else most_parts end;
    part cronmill.part;
    part_began_at pg_catalog.timestamptz;
    first integer := 1;
    last integer;
    -- Whether nothing was done yet in this transaction.
    untouched boolean := true;
    has_immediate constant boolean := cardinality(batch.task_ids) > 1 and cronmill.has_immediate_constraints();
    -- Where a task may stand that failed, where its part did not tell which; and all that were set aside.
    suspect integer;
    suspects bigint[] := array[]::bigint[];
    aside_ids bigint[] := array[]::bigint[];
    aside_places pg_catalog.tid[] := array[]::pg_catalog.tid[];
    -- Where they stood.
    gaps integer[] := array[]::integer[];
    failing bigint;
    charged_ids bigint[] := array[]::bigint[];
    charged_places pg_catalog.tid[] := array[]::pg_catalog.tid[];
    charged_errors cronmill.task_error[] := array[]::cronmill.task_error[];
begin
    while end_reason is null loop
        if first > total then
            exit when aside_ids = '{}';
            parts := most_parts;
        end if;
        if parts >= most_parts or clock_timestamp() > parts_began_at + interval '1 second' then
            if charged_ids <> '{}' then
                counters := cronmill.fail(run.processor_id, charged_ids, charged_places, charged_errors, counters);
                charged_ids := '{}';
                charged_places := '{}';
                charged_errors := '{}';
            end if;
            call cronmill.renew(run, slot);
            again := cronmill.claim_again(
                run.processor_id, run.slot_id, aside_ids || again.task_ids[first :], aside_places || again.places[first :]);
            total := coalesce(cardinality(again.places), 0);
            if batch.is_alone and total = 0 then
                perform cronmill.give_back(run.processor_id, batch.task_ids[1], batch.places[1]);
            end if;
            first := 1;
            suspect := null;
            aside_ids := '{}';
            aside_places := '{}';
            gaps := '{}';
            untouched := true;
            parts_began_at := clock_timestamp();
            parts := 0;
            continue;
        end if;
        if first = gaps[1] then
            first := first + 1;
            gaps := gaps[2 :];
            if again.has_groups then
                -- What follows a task of its group has to wait for it.
                parts := most_parts;
            end if;
            continue;
        end if;
        -- Handlers of a batch are called again with arrays of one (ENGINE 6).
        last := least(
            case
                when run.takes_batch or again.timeouts is not null or first = suspect or again.task_ids[first] = any (suspects)
                    then first
                when first < suspect then suspect - 1
            end,
            gaps[1] - 1,
            total
        );
        parts := parts + 1;
        part_began_at := clock_timestamp();
        failing := null;
        part := cronmill.try_part(
            run,
            again.task_ids[first : last],
            again.places[first : last],
            again.payloads[first : last],
            case when run.takes_ids then again.attempts[first : last] end,
            first,
            coalesce(again.timeouts[first], again.timeout),
            untouched
        );
        if part.end_reason is not null then
            end_reason := part.end_reason;
            cancel_message := part.cancel_message;
            if batch.is_alone and (run.gives_back or end_reason = 'no handler') then
                perform cronmill.give_back(run.processor_id, batch.task_ids[1], batch.places[1]);
            end if;
        elsif (part.error).sqlstate is null then
            counters.worked := cronmill.tally(
                counters.worked, (clock_timestamp() - part_began_at) / (last - first + 1), last - first + 1);
            counters.done := counters.done + (part.ended = 'done')::integer * (last - first + 1);
            counters.dead := counters.dead + (part.ended = 'dead')::integer;
            counters.failed := counters.failed + (part.ended = 'dead')::integer;
            if again.task_ids[first] = any (suspects) then
                counters.alone := counters.alone + (part.ended = 'done')::integer;
                parts := most_parts;
            elsif has_immediate then
                parts := most_parts;
            else
                set constraints all deferred;
            end if;
            first := last + 1;
            untouched := false;
        else
            failing := part.failing;
            if failing is null or failing not between first and last then
                suspect := (first + last) / 2 + 1;
                failing := null;
            elsif (part.error).sqlstate = 'MC000' and first < last then
                -- What it says of itself costs it nothing.
                suspect := failing;
                failing := null;
            elsif untouched and failing = first then
                first := first + 1;
                failures := failures + (again.task_ids[failing] <> all (suspects))::integer;
            else
                suspects := suspects || again.task_ids[failing];
                aside_ids := aside_ids || again.task_ids[failing];
                aside_places := aside_places || again.places[failing];
                gaps := failing || gaps;
                suspect := null;
                failing := null;
                failures := failures + 1;
            end if;
        end if;
        if failing is not null then
            charged_ids := charged_ids || again.task_ids[failing];
            charged_places := charged_places || again.places[failing];
            charged_errors := charged_errors || part.error;
            suspect := null;
        end if;
        if again.has_groups and (failing is not null or part.ended <> 'done') then
            -- What follows a task that waits again has to wait, too: lock anew what may be done.
            parts := most_parts;
        end if;
    end loop;
    if charged_ids <> '{}' then
        counters := cronmill.fail(run.processor_id, charged_ids, charged_places, charged_errors, counters);
    end if;
end
$procedure$;
comment on procedure cronmill.retry_in_parts(cronmill.run_start, integer, cronmill.claim, cronmill.counters, bigint, timestamptz, text, text) is 'Does a batch again that failed as a whole, part by part; charges only what failed alone.';
revoke all on procedure cronmill.retry_in_parts(cronmill.run_start, integer, cronmill.claim, cronmill.counters, bigint, timestamptz, text, text) from public;

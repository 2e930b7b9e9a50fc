-- Does tasks that are locked in parts: as many as go well in one subtransaction. Of a part that
-- fails the task that failed is set aside, those before it are done again, then come those after
-- it. When these are committed, each that was set aside is done alone in its transaction, where it
-- meets nothing of the others: only what fails there is charged, and one that leaves nothing makes
-- room for the next. Ends after a second, or 60 parts: more than 64 subtransactions that write slow
-- every other session's snapshots. What is left then is what was set aside, and what it did not
-- come to.
-- Executed by: retry_in_parts; the processor's run-as role.
create or replace function cronmill.try_parts(
    run cronmill.run_start,
    locked cronmill.claim,
    last_parts cronmill.parts,
    has_immediate boolean,
    began_at timestamptz
)
returns cronmill.parts
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    tried cronmill.parts := try_parts.last_parts;
    -- A copy: fields of a variable are not copied as a whole for each part of them.
    mine constant cronmill.claim := try_parts.locked;
    total constant integer := cardinality(mine.places);
    parts integer := 0;
    part cronmill.part;
    part_began_at timestamptz;
    first integer := 1;
    last integer;
    -- Whether nothing was done yet in this transaction.
    untouched boolean := true;
    was_aside boolean;
    -- Where a task may stand that failed, where its part did not tell which; and where those stood
    -- that were set aside.
    suspect integer;
    gaps integer[] := array[]::integer[];
    failing bigint;
begin
    tried.left_ids := '{}';
    tried.left_places := '{}';
    tried.charged_ids := '{}';
    tried.charged_places := '{}';
    tried.charged_errors := '{}';
    while first <= total and parts < 60 and tried.end_reason is null
        and clock_timestamp() <= try_parts.began_at + interval '1 second'
    loop
        if first = gaps[1] then
            first := first + 1;
            gaps := gaps[2 :];
            -- What follows a task of its group has to wait for it.
            exit when mine.has_groups;
            continue;
        end if;
        -- Handlers of a batch are called again with arrays of one.
        was_aside := mine.task_ids[first] = any (tried.suspects);
        last := least(
            case
                when (try_parts.run).takes_batch or mine.timeouts is not null or was_aside
                    or first = suspect then first
                when first < suspect then suspect - 1
            end,
            gaps[1] - 1,
            total
        );
        parts := parts + 1;
        part_began_at := clock_timestamp();
        failing := null;
        part := cronmill.try_part(
            try_parts.run, mine.task_ids[first : last], mine.places[first : last],
            mine.payloads[first : last],
            case when (try_parts.run).takes_ids then mine.attempts[first : last] end,
            first, coalesce(mine.timeouts[first], mine.timeout), untouched);
        if part.end_reason is not null then
            tried.end_reason := part.end_reason;
            tried.cancel_message := part.cancel_message;
        elsif (part.error).sqlstate is null then
            tried.counters := cronmill.count_part(
                tried.counters, part.ended, last - first + 1, clock_timestamp() - part_began_at,
                was_aside);
            first := last + 1;
            untouched := false;
            exit when was_aside or try_parts.has_immediate;
            set constraints all deferred;
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
                suspect := null;
                tried.failures := tried.failures
                    + (mine.task_ids[failing] <> all (tried.suspects))::integer;
                tried.charged_ids := tried.charged_ids || mine.task_ids[failing];
                tried.charged_places := tried.charged_places || mine.places[failing];
                tried.charged_errors := tried.charged_errors || part.error;
            else
                suspect := null;
                tried.failures := tried.failures + 1;
                tried.suspects := tried.suspects || mine.task_ids[failing];
                tried.left_ids := tried.left_ids || mine.task_ids[failing];
                tried.left_places := tried.left_places || mine.places[failing];
                gaps := failing || gaps;
                failing := null;
            end if;
        end if;
        -- What follows a task that waits again has to wait, too: lock anew what may be done.
        exit when mine.has_groups and (failing is not null or part.ended <> 'done');
    end loop;
    tried.left_ids := tried.left_ids || mine.task_ids[first :];
    tried.left_places := tried.left_places || mine.places[first :];
    return tried;
end
$function$;
comment on function cronmill.try_parts(
    cronmill.run_start, cronmill.claim, cronmill.parts, boolean, timestamptz
) is 'Does tasks that are locked in parts, as many as go well in one subtransaction.';
revoke all on function cronmill.try_parts(
    cronmill.run_start, cronmill.claim, cronmill.parts, boolean, timestamptz
) from public;

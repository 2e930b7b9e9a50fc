-- Does tasks that are locked in parts: as many as go well in one subtransaction. Of a part that
-- fails nothing has happened, and a sequence, which a rollback does not set back, tells the task
-- that failed. That is set aside, those before it are done again, then come those after it. When
-- these are committed, each that was set aside is done alone in its transaction, where it meets
-- nothing of the others: only what fails there is charged, and one that leaves nothing makes room
-- for the next. Ends after a second, or 60 parts: more than 64 subtransactions that write slow
-- all others' snapshots. What perform would do is assigned, at a third of its cost; and the
-- search_path is ours again after each part, or what follows would be planned anew for each.
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
    -- A copy: its fields are not copied whole for each part, as arguments of a call would be.
    mine constant cronmill.claim := try_parts.locked;
    parts integer := 0;
    answer record;
    ended text;
    error cronmill.task_error;
    judged cronmill.judged_error;
    part_began_at timestamptz;
    deadline timestamptz;
    ignored text;
    start_position bigint;
    first integer := 1;
    last integer;
    untouched boolean := true;
    was_aside boolean;
    -- Where one stands that failed, as far as it is known; where those stood that were set aside.
    suspect integer;
    gaps integer[] := array[]::integer[];
    failing bigint;
begin
    while first <= cardinality(mine.places) and parts < 60 and tried.end_reason is null
        and clock_timestamp() <= try_parts.began_at + interval '1 second'
    loop
        if first = gaps[1] then
            first := first + 1;
            gaps := gaps[2 :];
            exit when mine.has_groups;
            continue;
        end if;
        was_aside := mine.task_ids[first] = any (tried.suspects);
        last := least(gaps[1] - 1, first + tried.part_size - 1, cardinality(mine.places), case
            when (try_parts.run).takes_batch or mine.timeouts is not null or was_aside
                or first = suspect then first
            when first < suspect then suspect - 1
        end);
        parts := parts + 1;
        part_began_at := clock_timestamp();
        deadline := part_began_at + coalesce(mine.timeouts[first], mine.timeout);
        error := null;
        ended := null;
        -- What publish does, without its cost: this is done for every part.
        ignored := pg_catalog.set_config('application_name',
            (try_parts.run).label || ' until ' || extract(epoch from deadline)::text, false);
        start_position := nextval('cronmill.position');
        begin
            ignored := pg_catalog.set_config(
                'search_path', (try_parts.run).handler_search_path, true);
            execute (try_parts.run).handler_call into answer
            using
                case when (try_parts.run).takes_ids then mine.task_ids[first : last] end,
                mine.payloads[first : last],
                case when (try_parts.run).takes_ids then mine.attempts[first : last] end,
                true;
            start_position := null;
            if (answer.outcome).kind operator(pg_catalog.=) 'dead' and not untouched then
                -- As with a failure: perhaps another task of this transaction is to blame.
                raise exception using errcode = 'MC102', message = 'the task is dead';
            end if;
            set constraints all immediate;
            reset role;
            ended := cronmill.finish(
                (try_parts.run).processor_id, mine.task_ids[first : last],
                mine.places[first : last], answer.outcome, mine.has_nodes);
            ignored := pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exception
            when query_canceled or assert_failure or others then
                get stacked diagnostics
                    error.sqlstate = returned_sqlstate, error.message = message_text,
                    error.detail = pg_exception_detail, error.hint = pg_exception_hint,
                    error.context = pg_exception_context;
        end;
        if error.sqlstate is null then
            tried.counters := cronmill.count_part(
                tried.counters, ended, last - first + 1, clock_timestamp() - part_began_at,
                was_aside);
            tried.part_size := cronmill.part_size(
                clock_timestamp() - part_began_at, last - first + 1,
                tried.total - cardinality(mine.places) + last, tried.failures);
            first := last + 1;
            untouched := false;
            exit when was_aside or try_parts.has_immediate;
            set constraints all deferred;
        else
            if (try_parts.run).keeps_attempts or left(error.sqlstate, 2) in ('22', '3F', '42', '57')
            then
                judged := cronmill.judge_error(try_parts.run, error, part_began_at, deadline);
                error := judged.error;
                tried.end_reason := judged.end_reason;
                tried.cancel_message := judged.cancel_message;
            end if;
            perform cronmill.forget((try_parts.run).slot_id);
            exit when tried.end_reason is not null;
            failing := case when first = last then first
                else first - 1 + currval('cronmill.position') - start_position end;
            suspect := case
                when (failing between first and last) is not true then (first + last) / 2 + 1
                -- What it says of itself costs it nothing.
                when error.sqlstate = 'MC000' and first < last then failing
            end;
            if suspect is null and untouched and failing = first then
                first := first + 1;
                tried.failures := tried.failures
                    + (mine.task_ids[failing] <> all (tried.suspects))::integer;
                tried.charged_ids := tried.charged_ids || mine.task_ids[failing];
                tried.charged_places := tried.charged_places || mine.places[failing];
                tried.charged_errors := tried.charged_errors || error;
            elsif suspect is null then
                tried.failures := tried.failures + 1;
                tried.suspects := tried.suspects || mine.task_ids[failing];
                tried.left_ids := tried.left_ids || mine.task_ids[failing];
                tried.left_places := tried.left_places || mine.places[failing];
                gaps := failing || gaps;
            end if;
        end if;
        -- What follows a task that waits again has to wait, too: lock anew what may be done.
        exit when mine.has_groups and (tried.charged_ids <> '{}' or ended <> 'done');
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

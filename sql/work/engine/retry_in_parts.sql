-- Does a batch again that failed as a whole, in parts, in as many transactions as that takes (see
-- try_parts): each locks what is left anew, and charges what failed. What was set aside comes
-- first, each alone in its transaction. A task taken alone comes here at once; its attempt is
-- committed before it is made. What it has done last is left to the caller to commit.
-- parts_began_at is when that transaction began.
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
    locked cronmill.claim := batch;
    tried cronmill.parts;
    is_locked boolean := batch.is_locked and not batch.is_alone and batch.task_timeout is null;
    has_immediate constant boolean := cardinality(batch.task_ids) > 1
        and cronmill.has_immediate_constraints();
begin
    tried.counters := counters;
    tried.failures := failures;
    tried.total := cardinality(batch.task_ids);
    tried.part_size := 256;
    tried.suspects := '{}';
    tried.left_ids := batch.task_ids;
    tried.left_places := batch.places;
    if batch.is_alone and batch.places[1] is null then
        -- It is dead: its attempt never ended.
        tried.cancel_message := cronmill.settle_batch(run.processor_id, batch.task_ids);
        tried.end_reason := case when tried.cancel_message is not null then 'stopped' end;
    end if;
    loop
        if not is_locked then
            call cronmill.renew(run, slot);
            locked := cronmill.claim_again(
                run.processor_id, run.slot_id, tried.left_ids, tried.left_places);
            parts_began_at := clock_timestamp();
        end if;
        is_locked := false;
        exit when locked.task_ids is null;
        tried.left_ids := '{}';
        tried.left_places := '{}';
        tried.charged_ids := '{}';
        tried.charged_places := '{}';
        tried.charged_errors := '{}';
        tried := cronmill.try_parts(run, locked, tried, has_immediate, parts_began_at);
        if tried.charged_ids <> '{}' then
            tried.counters := cronmill.fail(
                run.processor_id, tried.charged_ids, tried.charged_places, tried.charged_errors,
                tried.counters);
        end if;
        if locked.has_nodes then
            -- Last before the commit, and not for each part: a transaction locks graphs once.
            cancel_message := cronmill.settle_batch(run.processor_id, locked.task_ids);
            if cancel_message is not null and tried.end_reason is null then
                tried.end_reason := 'stopped';
                tried.cancel_message := cancel_message;
            end if;
        end if;
        exit when tried.end_reason is not null or tried.left_ids = '{}';
    end loop;
    if batch.is_alone and (
        locked.task_ids is null or run.gives_back and tried.end_reason is not null
        or tried.end_reason = 'no handler'
    ) then
        perform cronmill.give_back(run.processor_id, batch.task_ids[1], batch.places[1]);
    end if;
    counters := tried.counters;
    failures := tried.failures;
    end_reason := tried.end_reason;
    cancel_message := tried.cancel_message;
end
$procedure$;
comment on procedure cronmill.retry_in_parts(
    cronmill.run_start, integer, cronmill.claim, cronmill.counters, bigint, timestamptz, text, text
) is 'Does a batch again that failed as a whole, part by part; charges only what failed alone.';
revoke all on procedure cronmill.retry_in_parts(
    cronmill.run_start, integer, cronmill.claim, cronmill.counters, bigint, timestamptz, text, text
) from public;

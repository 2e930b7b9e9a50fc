-- Does some tasks that are locked in one subtransaction, and takes them out of the queue. If one
-- fails nothing has happened, and the sequence, which a rollback does not set back, tells which
-- (failing); null if that cannot be told. A cancel that is no task's fault, and a handler that
-- cannot be called at all, end the run (end_reason). Of tasks that are dead at once the handler's
-- word counts only where nothing else was done in the transaction (is_first).
-- Executed by: try_parts; the processor's run-as role.
create or replace function cronmill.try_part(
    run cronmill.run_start,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    first integer,
    timeout interval,
    is_first boolean
)
returns cronmill.part
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    part cronmill.part;
    total constant integer := cardinality(try_part.places);
    answer record;
    outcome cronmill.outcome;
    error cronmill.task_error;
    deadline constant timestamptz := clock_timestamp() + try_part.timeout;
    start_position bigint;
    cancel_message text;
begin
    -- What publish does, without its cost: this is done for every part.
    perform pg_catalog.set_config(
        'application_name',
        (try_part.run).label || ' until ' || extract(epoch from deadline)::text,
        false
    );
    start_position := nextval('cronmill.position');
    begin
        perform pg_catalog.set_config('search_path', (try_part.run).handler_search_path, true);
        execute (try_part.run).handler_call into answer
        using
            case when (try_part.run).takes_ids then try_part.task_ids end,
            try_part.payloads,
            case when (try_part.run).takes_ids then try_part.attempts end,
            true;
        outcome := answer.outcome;
        start_position := null;
        if outcome.kind operator(pg_catalog.=) 'dead' and not try_part.is_first then
            -- As with a failure: perhaps another task of this transaction is to blame.
            raise exception using errcode = 'MC102', message = 'the task is dead';
        end if;
        set constraints all immediate;
        reset role;
        part.ended := cronmill.finish(
            (try_part.run).processor_id, try_part.task_ids, try_part.places, outcome);
    exception
        when query_canceled then
            get stacked diagnostics
                cancel_message = message_text,
                error.message = message_text,
                error.context = pg_exception_context;
            error.sqlstate := '57014';
            if clock_timestamp() >= deadline then
                error.message := format('task timed out after %s', try_part.timeout);
            elsif not cronmill.is_own_cancel(cancel_message, error.context) then
                part.end_reason := 'canceled';
                part.cancel_message := cancel_message;
            end if;
        when assert_failure or others then
            get stacked diagnostics
                error.sqlstate = returned_sqlstate,
                error.message = message_text,
                error.detail = pg_exception_detail,
                error.hint = pg_exception_hint,
                error.context = pg_exception_context;
    end;
    if error.sqlstate is null then
        return part;
    end if;
    perform cronmill.forget((try_part.run).slot_id);
    if error.sqlstate in (
            '42883', '42725', '42501', '3F000', '42P13', '42804', '42809', '42703', '22P02'
        )
        and (cronmill.handler_fault((try_part.run).processor_id)).message is not null
    then
        part.end_reason := 'no handler';
    end if;
    part.error := error;
    part.failing := case when total = 1 then try_part.first
        else try_part.first - 1 + currval('cronmill.position') - start_position end;
    return part;
end
$function$;
comment on function cronmill.try_part(
    cronmill.run_start, bigint[], tid[], jsonb[], integer[], integer, interval, boolean
) is 'Does some tasks that are locked in one subtransaction, or says which of them failed.';
revoke all on function cronmill.try_part(
    cronmill.run_start, bigint[], tid[], jsonb[], integer[], integer, interval, boolean
) from public;

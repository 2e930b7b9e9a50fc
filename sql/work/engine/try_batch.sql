-- Claims a batch and does all of it in one subtransaction. If a task fails nothing has happened,
-- and the batch is to be done in parts (in_parts); so is one that was claimed to be done alone. A
-- cancel that is no task's fault ends the run (end_reason). Those that wait for what was done are
-- told last. Payloads are not given back: they are many bytes, and what is done in parts is locked
-- and read again.
-- Executed by: run; the processor's run-as role.
create or replace function cronmill.try_batch(
    run cronmill.run_start,
    slot integer,
    batch_size integer,
    careful integer,
    alone_first boolean,
    last_claim cronmill.claim
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    batch cronmill.claim := try_batch.last_claim;
    total integer := 0;
    began_at constant timestamptz := clock_timestamp();
    deadline timestamptz;
    context text;
begin
    batch.end_reason := null;
    begin
        batch := cronmill.claim(
            (try_batch.run).processor_id, try_batch.slot, try_batch.batch_size, try_batch.careful,
            try_batch.alone_first, batch, false);
        total := coalesce(cardinality(batch.task_ids), 0);
        batch.in_parts := total > 0 and batch.is_alone;
        if total > 0 and not batch.is_alone then
            deadline := began_at + coalesce(batch.task_timeout, batch.timeout);
            perform cronmill.publish(try_batch.run, deadline);
            perform pg_catalog.set_config('search_path', (try_batch.run).handler_search_path, true);
            execute (try_batch.run).handler_call
            using
                case when (try_batch.run).takes_ids then batch.task_ids end,
                batch.payloads,
                case when (try_batch.run).takes_ids then batch.attempts end,
                false;
            set constraints all immediate;
            if batch.is_kept then
                reset role;
                perform cronmill.finish((try_batch.run).processor_id, batch.task_ids, batch.places);
            end if;
        end if;
    exception
        when query_canceled then
            -- Past the deadline one of the tasks is too slow; which one, the second pass will tell.
            -- Before it, somebody wants this run to end.
            get stacked diagnostics
                batch.cancel_message = message_text,
                context = pg_exception_context;
            batch.in_parts := total > 0;
            if total = 0 then
                batch.end_reason := 'stopped';
                batch.task_ids := null;
            elsif clock_timestamp() < deadline
                and not cronmill.is_own_cancel(batch.cancel_message, context)
            then
                batch.end_reason := 'canceled';
            end if;
        when assert_failure or others then
            if total = 0 then
                raise;
            end if;
            batch.in_parts := true;
    end;
    -- A role that a handler has set may not execute what follows.
    reset role;
    batch.is_locked := false;
    batch.payloads := null;
    batch.attempts := null;
    if batch.has_nodes and not batch.in_parts and batch.end_reason is null then
        batch.cancel_message := cronmill.settle_batch((try_batch.run).processor_id, batch.task_ids);
        if batch.cancel_message is not null then
            batch.end_reason := 'stopped';
        end if;
    end if;
    return batch;
end
$function$;
comment on function cronmill.try_batch(
    cronmill.run_start, integer, integer, integer, boolean, cronmill.claim
) is 'Claims a batch and does it in one subtransaction; what fails is to be done in parts.';
revoke all on function cronmill.try_batch(
    cronmill.run_start, integer, integer, integer, boolean, cronmill.claim
) from public;

-- Locks tasks of a batch whose transaction was rolled back, to be done one by one; those another slot
-- has taken meanwhile are left out. The rows stay until finish or fail.
-- Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.claim_again(processor_id integer, task_ids bigint[])
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    batch cronmill.claim;
begin
    with mine as (
        select t.task_id, t.payload, t.attempts, w.place
        from unnest(claim_again.task_ids) with ordinality as w (task_id, place)
        join cronmill.task as t on t.task_id = w.task_id
        join cronmill.processor as p on p.queue_id = t.queue_id
        where p.processor_id = claim_again.processor_id
            and p.run_as = session_user
            and not p.paused
            and t.run_at <= clock_timestamp()
        for update of t skip locked
    )
    select
        array_agg(m.task_id order by m.place),
        array_agg(m.payload order by m.place),
        array_agg(m.attempts::integer order by m.place)
    into batch.task_ids, batch.payloads, batch.attempts
    from mine as m;
    return batch;
end
$function$;
comment on function cronmill.claim_again(integer, bigint[]) is 'Locks tasks of a rolled-back batch, to be done one by one.';
revoke all on function cronmill.claim_again(integer, bigint[]) from public;

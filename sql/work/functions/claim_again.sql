-- Locks tasks of a batch whose transaction was rolled back, or one whose attempt has begun, to be done one by
-- one; those another slot has taken meanwhile are left out. They are found by their places, which a rollback does not change; the
-- number tells a task from another that has come to its place since. The rows stay until finish or fail.
-- Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.claim_again(processor_id integer, task_ids bigint[], places tid[])
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    batch cronmill.claim;
begin
    with mine as (
        select t.task_id, t.ctid as place, t.payload,
            t.attempts - case when t.began_at is null then 0 else 1 end as attempts
        from cronmill.task as t
        join cronmill.processor as p on p.queue_id = t.queue_id
        where t.ctid = any (claim_again.places)
            and t.task_id = any (claim_again.task_ids)
            and p.processor_id = claim_again.processor_id
            and p.run_as = session_user
            -- An attempt that has begun is made, although its task is put off already.
            and (t.began_at is not null or (not p.paused and t.run_at <= clock_timestamp()))
        for update of t skip locked
    )
    select array_agg(m.task_id), array_agg(m.place), array_agg(m.payload), array_agg(m.attempts::integer)
    into batch.task_ids, batch.places, batch.payloads, batch.attempts
    from (
        select m.task_id, m.place, m.payload, m.attempts
        from mine as m
        order by array_position(claim_again.task_ids, m.task_id)
    ) as m;
    return batch;
end
$function$;
comment on function cronmill.claim_again(integer, bigint[], tid[]) is 'Locks tasks of a rolled-back batch, to be done one by one.';
revoke all on function cronmill.claim_again(integer, bigint[], tid[]) from public;

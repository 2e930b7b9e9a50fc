-- Locks tasks of a batch whose transaction was rolled back, or one whose attempt has begun, to be done part by
-- part; those another slot has taken meanwhile are left out. They are found by their places, which a
-- rollback does not change; the number tells a task from another that has come to its place since. The rows
-- stay until finish or fail. Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.claim_again(processor_id integer, task_ids bigint[], places tid[])
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    own_queue_id integer;
    is_paused boolean;
    batch cronmill.claim;
begin
    select p.queue_id, p.paused into own_queue_id, is_paused
    from cronmill.processor as p
    where p.processor_id = claim_again.processor_id
        and p.run_as = session_user;
    with mine as (
        select w.position, t.task_id, t.ctid as place, t.payload,
            t.attempts - case when t.began_at is null then 0 else 1 end as attempts
        from unnest(claim_again.task_ids, claim_again.places) with ordinality as w (task_id, place, position)
        join cronmill.task as t on t.ctid = w.place and t.task_id = w.task_id
        where t.queue_id = own_queue_id
            -- An attempt that has begun is made, although its task is put off already.
            and (t.began_at is not null or (not is_paused and t.run_at <= clock_timestamp()))
        for update of t skip locked
    )
    select array_agg(m.task_id), array_agg(m.place), array_agg(m.payload), array_agg(m.attempts::integer)
    into batch.task_ids, batch.places, batch.payloads, batch.attempts
    from (select m.task_id, m.place, m.payload, m.attempts from mine as m order by m.position) as m;
    return batch;
end
$function$;
comment on function cronmill.claim_again(integer, bigint[], tid[]) is 'Locks tasks of a rolled-back batch, to be done part by part.';
revoke all on function cronmill.claim_again(integer, bigint[], tid[]) from public;

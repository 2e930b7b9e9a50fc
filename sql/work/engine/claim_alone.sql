-- Takes one of the tasks that are done alone: those that an unclean end has left under suspicion,
-- and then those whose last attempt never ended. It stays, is charged, and the caller commits
-- before doing it. Changes cronmill.task and cronmill.dead_task.
-- Executed by: claim.
create or replace function cronmill.claim_alone(
    processor_id integer, queue_id integer, slot_id integer, batch cronmill.claim
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    taken record;
    alone cronmill.claim := claim_alone.batch;
begin
    for taken in
        select t.task_id, t.ctid as place
        from cronmill.task as t
        where t.queue_id = claim_alone.queue_id
            and (t.began_at is not null or t.suspected_at is not null)
            and t.run_at <= clock_timestamp()
            and cronmill.is_abandoned(
                t.taken_by, coalesce(t.began_at, t.suspected_at), claim_alone.slot_id)
            and case
                when t.group_key is null then true
                else cronmill.lock_group(t.queue_id, t.group_key, t.task_id)
            end
        order by t.began_at is not null, t.run_at
        limit 1
        for update skip locked
    loop
        alone.is_alone := true;
        alone.task_ids := array[taken.task_id];
        alone.places := array[
            cronmill.begin_attempt(
                claim_alone.processor_id, claim_alone.slot_id, taken.task_id, taken.place)];
    end loop;
    return alone;
end
$function$;
comment on function cronmill.claim_alone(integer, integer, integer, cronmill.claim)
    is 'Takes one task that is done alone, and charges it.';
revoke all on function cronmill.claim_alone(integer, integer, integer, cronmill.claim) from public;

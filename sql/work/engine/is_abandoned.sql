-- Whether nobody is at work any more on a task whose attempt began: the run that began it has
-- ended, or lost its backend, or is the one that asks. Until a run that goes on has locked the task
-- again, only this tells.
-- Executed by: claim_alone, hold_lost_keys.
create or replace function cronmill.is_abandoned(
    taken_by integer, began_at timestamptz, own_slot_id integer
)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if is_abandoned.taken_by = is_abandoned.own_slot_id then
        return true;
    end if;
    if not exists (
        select 1
        from cronmill.slot as s
        where s.slot_id = is_abandoned.taken_by and s.started_at <= is_abandoned.began_at
    ) then
        return true;
    end if;
    if not pg_catalog.pg_try_advisory_lock_shared(
        cronmill.lock_class('slot'), is_abandoned.taken_by)
    then
        return not cronmill.is_at_work(
            is_abandoned.taken_by,
            (
                select p.run_as
                from cronmill.slot as s
                join cronmill.processor as p on p.processor_id = s.processor_id
                where s.slot_id = is_abandoned.taken_by
            ));
    end if;
    perform pg_catalog.pg_advisory_unlock_shared(
        cronmill.lock_class('slot'), is_abandoned.taken_by);
    return true;
end
$function$;
comment on function cronmill.is_abandoned(integer, timestamptz, integer)
    is 'Whether nobody is at work any more on a task whose attempt began.';
revoke all on function cronmill.is_abandoned(integer, timestamptz, integer) from public;

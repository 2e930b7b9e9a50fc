-- Notes up to which slot a processor that is awake is at work: those that came are started no more,
-- but follow each other by the minute, and those at the end that are not seen for a while are given
-- up: they had no task, or did not come. Returns what was the matter. Changes cronmill_cron.demand
-- and cron.job.
-- Executed by: look.
create or replace function cronmill_cron.keep_slots(
    work_database_id integer, processor text, top integer
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $function$
declare
    known cronmill_cron.demand;
    kept integer;
begin
    -- Who holds its row says what becomes of it, and is not waited for.
    select d.* into known
    from cronmill_cron.demand as d
    where d.work_database_id = keep_slots.work_database_id
        and d.processor = keep_slots.processor
        and d.state = 'awake'
    for update skip locked;
    if not found then
        return null;
    end if;
    kept := case
        when keep_slots.top < known.slots and known.give_up_at < clock_timestamp()
            then greatest(1, keep_slots.top)
        else known.slots
    end;
    update cronmill_cron.demand as d
    set
        slots = kept,
        seen_slots = least(kept, greatest(d.seen_slots, keep_slots.top)),
        wanted_slots = case when kept = known.slots then d.wanted_slots end,
        give_up_at = case
            when keep_slots.top >= kept then clock_timestamp() + interval '10 seconds'
            else d.give_up_at
        end
    where d.work_database_id = keep_slots.work_database_id and d.processor = keep_slots.processor;
    if keep_slots.top > known.seen_slots or kept < known.slots then
        perform cronmill_cron.apply_state(keep_slots.work_database_id, keep_slots.processor);
    end if;
    return null;
exception
    when others then
        return pg_catalog.format('processor "%s": %s', keep_slots.processor, sqlerrm);
end
$function$;
comment on function cronmill_cron.keep_slots(integer, text, integer)
    is 'Notes up to which slot a processor is at work, and gives up those that are not.';
revoke all on function cronmill_cron.keep_slots(integer, text, integer) from public;

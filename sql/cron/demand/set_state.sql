-- Changes the state of a processor that sleeps, and the schedule of its jobs, unless somebody else
-- has changed it meanwhile. Of one that cannot be changed the others are not held up: returns what
-- was the matter. Changes cronmill_cron.demand and cron.job.
-- Executed by: look, share_out.
create or replace function cronmill_cron.set_state(
    work_database_id integer, processor text, old_state text, new_state text, cause text
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $function$
begin
    -- Who holds its row says what becomes of it, and is not waited for.
    perform
    from cronmill_cron.demand as d
    where d.work_database_id = set_state.work_database_id and d.processor = set_state.processor
    for update skip locked;
    if not found then
        return null;
    end if;
    update cronmill_cron.demand as d
    set
        state = set_state.new_state,
        cause = coalesce(set_state.cause, d.cause),
        changed_at = clock_timestamp(),
        seen_at = clock_timestamp(),
        sweep_at = null,
        slots = case when set_state.new_state = 'wanted' then 1 else d.slots end,
        seen_slots = case when set_state.new_state = 'awake' then 1 else 0 end,
        wanted_slots = case when set_state.new_state = 'awake' then d.wanted_slots end
    where d.work_database_id = set_state.work_database_id
        and d.processor = set_state.processor
        and d.state = set_state.old_state;
    if found then
        perform cronmill_cron.apply_state(set_state.work_database_id, set_state.processor);
    end if;
    return null;
exception
    when others then
        return pg_catalog.format('processor "%s": %s', set_state.processor, sqlerrm);
end
$function$;
comment on function cronmill_cron.set_state(integer, text, text, text, text)
    is 'Changes the state of a processor that sleeps, and the schedule of its jobs.';
revoke all on function cronmill_cron.set_state(integer, text, text, text, text) from public;

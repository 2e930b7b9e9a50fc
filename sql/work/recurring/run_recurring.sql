-- Makes a task of a recurring template now, besides its ticks, which it does not move; also of one
-- that is disabled. Its _tick is now. Returns its number; null if there is none, because one with
-- its key waits, or one of it is not done yet and they may not overlap. Changes cronmill.task.
-- Executed by: producers and operators.
create or replace function cronmill.run_recurring(name text)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    template constant cronmill.recurring := cronmill.own_recurring(run_recurring.name);
    made_id constant bigint := cronmill.make_tick(template, clock_timestamp());
begin
    if made_id is not null then
        perform cronmill.wake(template.queue_id);
    end if;
    return made_id;
end
$function$;
comment on function cronmill.run_recurring(text)
    is 'Makes a task of a recurring template now; null if one of it is not done yet.';
revoke all on function cronmill.run_recurring(text) from public;

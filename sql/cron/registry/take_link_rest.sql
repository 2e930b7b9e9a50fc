-- Trigger function of view link_rest: the work database is the one the link role is registered for.
-- Executed by: trigger link_rest_insert, for link roles.
create or replace function cronmill_cron.take_link_rest()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill_cron.take_rest(
        w.name, new.name, new.state, new.heard, new.next_at, new.slot_ids, new.had_tasks,
        new.wanted_slots)
    from cronmill_cron.work_database as w
    where w.link_role = session_user;
    return new;
end
$function$;
comment on function cronmill_cron.take_link_rest()
    is 'Trigger: takes what a link role says of the sleep of its own database''s processors.';
revoke all on function cronmill_cron.take_link_rest() from public;

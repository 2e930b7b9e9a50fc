-- Trigger function of view link: the work database is the one the link role is registered for,
-- whatever the row says.
-- Executed by: trigger link_insert, for link roles.
create or replace function cronmill_cron.take_link()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    own_database text;
begin
    select w.name into own_database
    from cronmill_cron.work_database as w
    where w.link_role = session_user;
    if own_database is null then
        raise exception using
            errcode = 'MC010',
            message = pg_catalog.format(
                'role "%s" is not the link of a registered database', session_user);
    end if;
    perform cronmill_cron.take_settings(
        own_database, new.name, new.enabled, new.slots, new.schedule, new.linger, new.run_as,
        new.removed, new.sleep_after);
    -- A warning raised here would stay on this side of the link.
    new.warning := case
        when new.enabled and not new.removed then cronmill_cron.capacity_warning()
    end;
    return new;
end
$function$;
comment on function cronmill_cron.take_link()
    is 'Trigger: takes an order of a link role, for its own database.';
revoke all on function cronmill_cron.take_link() from public;

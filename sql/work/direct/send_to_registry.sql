-- Gives a processor's settings to the registry, which is in this database: no link, one
-- transaction. (Going through a foreign table here could deadlock with itself, unseen by the
-- deadlock detector.)
-- Executed by: sync_processor, and sync from the command line.
create or replace function cronmill.send_to_registry(processor cronmill.processor, removed boolean)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    warning text;
begin
    perform cronmill_cron.take_settings(
        pg_catalog.current_database(),
        send_to_registry.processor.name, send_to_registry.processor.enabled,
        send_to_registry.processor.slots, send_to_registry.processor.schedule,
        send_to_registry.processor.linger, send_to_registry.processor.run_as,
        send_to_registry.removed, send_to_registry.processor.sleep_after
    );
    if send_to_registry.processor.enabled and not send_to_registry.removed then
        warning := cronmill_cron.capacity_warning();
    end if;
    if warning is not null then
        raise warning '%', warning;
    end if;
end
$function$;
comment on function cronmill.send_to_registry(cronmill.processor, boolean)
    is 'Gives a processor''s settings to the registry in this database.';
revoke all on function cronmill.send_to_registry(cronmill.processor, boolean) from public;

-- Sends a processor's settings through the link; the foreign transaction commits with this one.
-- Executed by: sync_processor, and sync from the command line.
create or replace function cronmill.send_to_registry(processor cronmill.processor, removed boolean)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    warning text;
begin
    insert into cronmill.registry (name, enabled, slots, schedule, linger, run_as, removed)
    values (
        send_to_registry.processor.name, send_to_registry.processor.enabled,
        send_to_registry.processor.slots, send_to_registry.processor.schedule,
        send_to_registry.processor.linger, send_to_registry.processor.run_as,
        send_to_registry.removed
    )
    returning registry.warning into warning;
    if warning is not null then
        raise warning '%', warning;
    end if;
end
$function$;
comment on function cronmill.send_to_registry(cronmill.processor, boolean)
    is 'Sends a processor''s settings to the registry through the link.';
revoke all on function cronmill.send_to_registry(cronmill.processor, boolean) from public;

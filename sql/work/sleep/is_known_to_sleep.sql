-- Whether the registry has been told of a processor that it sleeps, or is awake.
-- Executed by: make_known; the processor's run-as role.
create or replace function cronmill.is_known_to_sleep(processor_id integer)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return exists (
        select
        from cronmill.sleep as s
        where s.processor_id = is_known_to_sleep.processor_id
    );
end
$function$;
comment on function cronmill.is_known_to_sleep(integer)
    is 'Whether the registry has been told of a processor that it sleeps, or is awake.';
revoke all on function cronmill.is_known_to_sleep(integer) from public;

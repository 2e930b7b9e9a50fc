-- Clears the bit of a processor that the registry knows to be awake: producers need not ring.
-- Changes cronmill.sleep.
-- Executed by: try_to_tell; the processor's run-as role.
create or replace function cronmill.get_up(processor_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill.set_asleep(p.processor_id, false, null)
    from cronmill.processor as p
    where p.processor_id = get_up.processor_id and p.run_as = session_user;
end
$function$;
comment on function cronmill.get_up(integer) is 'Clears the bit of a processor that is awake.';
revoke all on function cronmill.get_up(integer) from public;

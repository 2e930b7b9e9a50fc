-- Waits until nobody else changes processors or privileges, and holds others off until the end of
-- the transaction. Changes nothing.
-- Executed by: grant_run_as, one_at_a_time, renew_privileges, revoke_part, revoke_run_as.
create or replace function cronmill.take_turn()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '60s'
as $function$
begin
    perform from cronmill.turn as t for update;
end
$function$;
comment on function cronmill.take_turn()
    is 'Holds others off from changes of processors and privileges.';
revoke all on function cronmill.take_turn() from public;

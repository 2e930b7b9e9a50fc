-- Waits until nobody else does what is done by one at a time, and holds others off until the end of
-- the transaction. Changes nothing.
-- Executed by: many functions.
create or replace function cronmill_cron.take_turn(name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '60s'
as $function$
begin
    perform from cronmill_cron.turn as t where t.name = take_turn.name for update;
end
$function$;
comment on function cronmill_cron.take_turn(text)
    is 'Holds others off from what is done by one at a time.';
revoke all on function cronmill_cron.take_turn(text) from public;

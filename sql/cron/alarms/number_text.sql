-- A number as alarms tell it: with commas, and without decimals.
-- Executed by: processor_troubles, troubles.
create or replace function cronmill_cron.number_text(number numeric)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select to_char(number_text.number, 'FM999,999,999,999,999,990');
end;
comment on function cronmill_cron.number_text(numeric) is 'A number with commas.';
revoke all on function cronmill_cron.number_text(numeric) from public;

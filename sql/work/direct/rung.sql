-- The last ring of this database that was committed, or that this transaction has rung; null for
-- none.
-- Executed by: lie_down, ring.
create or replace function cronmill.rung()
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (select max(b.ring) from cronmill_cron.bell as b);
end
$function$;
comment on function cronmill.rung() is 'The last ring of this database.';
revoke all on function cronmill.rung() from public;

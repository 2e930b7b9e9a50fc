-- Whether this database has constraints that can be deferred and are not by default: "set
-- constraints all deferred" would not make them as they were.
-- Executed by: retry_in_parts; the processor's run-as role.
create or replace function cronmill.has_immediate_constraints()
returns boolean
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- Each constraint that can be deferred has a trigger that can.
    return exists (
        select from pg_catalog.pg_trigger as t where t.tgdeferrable and not t.tginitdeferred
    );
end
$function$;
comment on function cronmill.has_immediate_constraints()
    is 'Whether there are constraints that can be deferred and are not by default.';
revoke all on function cronmill.has_immediate_constraints() from public;

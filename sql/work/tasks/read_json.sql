-- A text as jsonb; null if it is no JSON, or holds what jsonb cannot.
-- Executed by: the triggers of adopted tables, as their owner; cronmill migrate takeover.
create or replace function cronmill.read_json(value text)
returns jsonb
language plpgsql immutable parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return read_json.value::jsonb;
exception
    when data_exception or program_limit_exceeded then
        return null;
end
$function$;
comment on function cronmill.read_json(text) is 'A text as jsonb; null if it is none.';
revoke all on function cronmill.read_json(text) from public;

-- What the payload of a recurring task is told of its tick.
-- Executed by: make_graph, make_tick.
create or replace function cronmill.tick_payload(tick timestamptz)
returns jsonb
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return jsonb_build_object(
        '_tick',
        to_char(tick_payload.tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
end
$function$;
comment on function cronmill.tick_payload(timestamptz)
    is 'What the payload of a recurring task is told of its tick.';
revoke all on function cronmill.tick_payload(timestamptz) from public;

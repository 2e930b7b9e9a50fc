-- As dead, by raising, for handlers that return void: what the handler did is rolled back. SQLSTATE
-- MC102, with the reason as the message.
-- Executed by: cache_query, make_cache, query_datatype, query_result, query_task; handlers.
create or replace function cronmill.raise_dead(reason text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using errcode = 'MC102', message = raise_dead.reason;
end
$function$;
comment on function cronmill.raise_dead(text) is 'Raises MC102: never, the task is dead at once.';
revoke all on function cronmill.raise_dead(text) from public;

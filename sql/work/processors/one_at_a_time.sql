-- Trigger function: a change waits here for another one's commit, before it has locked a row. Two
-- that go on and wait for each other, one for a row here, one for a row of the registry, would do
-- so for ever: no server sees both.
-- Executed by: trigger processor_0_one_at_a_time.
create or replace function cronmill.one_at_a_time()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- The same lock as that of grants, so that the two cannot wait for each other.
    perform cronmill.take_turn();
    return null;
end
$function$;
comment on function cronmill.one_at_a_time()
    is 'Trigger: lets one change of processors go at a time.';
revoke all on function cronmill.one_at_a_time() from public;

-- Removes a recurring template; tasks that it made stay. Changes cronmill.recurring.
-- Executed by: producers and operators.
create or replace function cronmill.remove_recurring(name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    template constant cronmill.recurring := cronmill.own_recurring(remove_recurring.name);
begin
    delete from cronmill.recurring as r where r.recurring_id = template.recurring_id;
end
$function$;
comment on function cronmill.remove_recurring(text)
    is 'Removes a recurring template; tasks that it made stay.';
revoke all on function cronmill.remove_recurring(text) from public;

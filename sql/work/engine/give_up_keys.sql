-- Has tasks that are locked give up their unique keys, and notes who has taken them; says whether
-- any had one. Changes cronmill.task.
-- Executed by: claim.
create or replace function cronmill.give_up_keys(slot_id integer, places tid[])
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    update cronmill.task as t
    set taken_by = give_up_keys.slot_id
    where t.ctid = any (give_up_keys.places) and t.unique_key is not null and t.taken_by is null;
    return found;
end
$function$;
comment on function cronmill.give_up_keys(integer, tid[]) is
    'Has tasks that are locked give up their unique keys.';
revoke all on function cronmill.give_up_keys(integer, tid[]) from public;

-- Takes an advisory lock of ours until the end of the transaction; false if a role that may take it
-- has it. By the role that is named, or null by any run-as role of this database.
-- Executed by: claim, hold_query, lock_group, make_cache; the run-as role.
create or replace function cronmill.take_lock(class integer, key integer, by_role text default null)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return pg_catalog.pg_try_advisory_xact_lock(class, key)
        or not cronmill.is_held(class, key, by_role)
        -- Whoever had it may have given it back in between, to another.
        and (
            pg_catalog.pg_try_advisory_xact_lock(class, key)
            or not cronmill.is_held(class, key, by_role)
        );
end
$function$;
comment on function cronmill.take_lock(integer, integer, text)
    is 'Takes an advisory lock of ours, unless a run-as role has it.';
revoke all on function cronmill.take_lock(integer, integer, text) from public;

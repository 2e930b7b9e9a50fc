-- Where cron.job differs from the registry; see differences_now. What cron.job has to be is read
-- there a moment before cron.job is, and the dispatcher changes both at any time: what was found
-- has to be there at a second look, too.
-- Executed by: monitors and operators; sync and status of the command line.
create or replace function cronmill_cron.differences(database_names text[])
returns table (database_name text, processor text, slot integer, difference text, command text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    with once as materialized (
        select d.database_name, d.processor, d.slot, d.difference, d.command
        from cronmill_cron.differences_now(differences.database_names) as d
    )
    select o.database_name, o.processor, o.slot, o.difference, o.command
    from once as o
    intersect
    select d.database_name, d.processor, d.slot, d.difference, d.command
    from cronmill_cron.differences_now(differences.database_names) as d
    where exists (select from once)
    order by 1, 2, 3, 4;
end
$function$;
comment on function cronmill_cron.differences(text[])
    is 'Where cron.job differs from the registry.';
revoke all on function cronmill_cron.differences(text[]) from public;

-- Takes back what a role no longer wants here, after a row that wanted it is gone: privileges on
-- our schema, and the functions by which its jobs were made. Changes privileges.
-- Executed by: deliver_to, forbid_run_as, revoke_part, unregister.
create or replace function cronmill_cron.release_role(role_name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    surplus record;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    perform cronmill_cron.set_privilege(
        false, g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine)
    from cronmill_cron.granted_privileges() as g
    where g.role_name = release_role.role_name
        and g.target ~ ' (schema|table|routine) cronmill_cron([.]|$)'
        and not exists (
            select 1
            from cronmill_cron.wanted_privileges() as w
            where (w.role_name, w.target) = (g.role_name, g.target)
        );
    if not exists (
        select 1 from cronmill_cron.run_as as a where a.role_name = release_role.role_name
    ) then
        for surplus in
            select p.oid::regprocedure as routine
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = 'cronmill_run_as' and p.proname = release_role.role_name
        loop
            execute pg_catalog.format('drop function %s', surplus.routine);
        end loop;
        if to_regnamespace('cronmill_run_as') is not null
            and exists (
                select 1 from pg_catalog.pg_roles as r where r.rolname = release_role.role_name
            )
        then
            execute pg_catalog.format(
                'revoke all on schema cronmill_run_as from %I', release_role.role_name);
        end if;
    end if;
end
$function$;
comment on function cronmill_cron.release_role(text)
    is 'Takes back what a role no longer wants in the registry.';
revoke all on function cronmill_cron.release_role(text) from public;

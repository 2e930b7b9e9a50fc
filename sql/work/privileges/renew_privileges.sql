-- Gives the privileges that are wanted and not there: after functions were made anew with other
-- arguments, and after a part was given. Roles that are gone are passed over. Changes privileges
-- only.
-- Executed by: grant_part; setup.
create or replace function cronmill.renew_privileges()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill.take_turn();
    perform cronmill.set_privilege(
        true, m.role_name, m.privilege, m.column_name, m.namespace, m.relation, m.routine)
    from (
        select w.role_name, w.privilege, w.column_name, w.namespace, w.relation, w.routine
        from cronmill.wanted_privileges() as w
        where w.role_name <> current_user
            and exists (select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name)
        except
        select g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine
        from cronmill.granted_privileges() as g
    ) as m;
end
$function$;
comment on function cronmill.renew_privileges()
    is 'Gives the privileges that are wanted and missing.';
revoke all on function cronmill.renew_privileges() from public;

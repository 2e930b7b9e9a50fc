-- Gives the privileges on our own schema that are wanted and not there. Changes privileges only.
-- Executed by: deliver_to, grant_part, register; setup.
create or replace function cronmill_cron.renew_privileges()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    perform cronmill_cron.set_privilege(
        true, m.role_name, m.privilege, m.column_name, m.namespace, m.relation, m.routine)
    from (
        select w.role_name, w.privilege, w.column_name, w.namespace, w.relation, w.routine
        from cronmill_cron.wanted_privileges() as w
        where w.role_name <> current_user
            and exists (select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name)
            and w.target ~ ' (schema|table|routine) cronmill_cron([.]|$)'
        except
        select g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine
        from cronmill_cron.granted_privileges() as g
    ) as m;
end
$function$;
comment on function cronmill_cron.renew_privileges()
    is 'Gives the privileges on the registry that are wanted and missing.';
revoke all on function cronmill_cron.renew_privileges() from public;

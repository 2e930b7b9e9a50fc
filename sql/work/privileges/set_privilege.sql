-- Gives a privilege to a role, or takes it back.
-- Executed by: renew_privileges, revoke_part.
create or replace function cronmill.set_privilege(
    is_wanted boolean, role_name text, privilege text, column_name text, namespace regnamespace,
    relation regclass, routine regprocedure
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- A quoted name is a privilege, too: grant "select" on ...
    case
        when is_wanted and routine is not null then
            execute pg_catalog.format(
                'grant %I on routine %s to %I', privilege, routine, role_name);
        when is_wanted and relation is not null and column_name is not null then
            execute pg_catalog.format(
                'grant %I (%I) on table %s to %I', privilege, column_name, relation, role_name);
        when is_wanted and relation is not null then
            execute pg_catalog.format('grant %I on table %s to %I', privilege, relation, role_name);
        when is_wanted then
            execute pg_catalog.format(
                'grant %I on schema %s to %I', privilege, namespace, role_name);
        when routine is not null then
            execute pg_catalog.format(
                'revoke %I on routine %s from %I', privilege, routine, role_name);
        when relation is not null and column_name is not null then
            execute pg_catalog.format(
                'revoke %I (%I) on table %s from %I', privilege, column_name, relation, role_name);
        when relation is not null then
            execute pg_catalog.format(
                'revoke %I on table %s from %I', privilege, relation, role_name);
        else
            execute pg_catalog.format(
                'revoke %I on schema %s from %I', privilege, namespace, role_name);
    end case;
end
$function$;
comment on function cronmill.set_privilege(
    boolean, text, text, text, regnamespace, regclass, regprocedure)
    is 'Gives a privilege to a role, or takes it back.';
revoke all on function cronmill.set_privilege(
    boolean, text, text, text, regnamespace, regclass, regprocedure) from public;

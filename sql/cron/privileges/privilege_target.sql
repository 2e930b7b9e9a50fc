-- What a privilege is called: `grant <this> to`.
-- Executed by: granted_privileges, wanted_privileges.
create or replace function cronmill_cron.privilege_target(
    privilege text, column_name text, namespace regnamespace, relation regclass,
    routine regprocedure
)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
begin atomic
    select case
        when routine is not null then format('%s on routine %s', privilege, routine)
        when relation is not null and column_name is not null
            then format('%s (%I) on table %s', privilege, column_name, relation)
        when relation is not null then format('%s on table %s', privilege, relation)
        else format('%s on schema %s', privilege, namespace)
    end;
end;
comment on function cronmill_cron.privilege_target(text, text, regnamespace, regclass, regprocedure)
    is 'What a privilege is called in GRANT and REVOKE.';
revoke all on function cronmill_cron.privilege_target(
    text, text, regnamespace, regclass, regprocedure) from public;

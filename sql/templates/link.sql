-- The link of a work database: a role of its own, and the server that leads to the registry. Without a password nobody
-- logs in as the role; link_password.sql follows in the same transaction.
do {{tag}}
declare
    link_role constant text := {{link_role}};
begin
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = link_role) then
        execute pg_catalog.format('create role %I connection limit 100', link_role);
    end if;
    execute pg_catalog.format('alter role %I login', link_role);
    execute pg_catalog.format('comment on role %I is %L', link_role, {{link_comment}});
    if not exists (select 1 from pg_catalog.pg_foreign_server as s where s.srvname = 'cronmill') then
        execute pg_catalog.format(
            'create server cronmill foreign data wrapper postgres_fdw options (host %L, port %L, dbname %L,
                keep_connections ''off'', application_name ''cronmill link'', connect_timeout ''5'')',
            {{link_host}}, {{link_port}}, {{cron_database}});
    else
        execute pg_catalog.format('alter server cronmill options (set host %L, set port %L, set dbname %L)',
            {{link_host}}, {{link_port}}, {{cron_database}});
    end if;
end
{{tag}};

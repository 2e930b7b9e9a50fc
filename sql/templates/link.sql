-- The link of a work database: a role of its own with a generated password, and the server and user
-- mapping that use it. One block, so that the password exists in the server only and is in no script.
do {{tag}}
declare
    link_role constant text := {{link_role}};
    password constant text := concat(
        replace(pg_catalog.gen_random_uuid()::text, '-', ''), replace(pg_catalog.gen_random_uuid()::text, '-', ''));
begin
    set local password_encryption = 'scram-sha-256';
    if exists (select 1 from pg_catalog.pg_roles as r where r.rolname = link_role) then
        execute pg_catalog.format('alter role %I login password %L', link_role, password);
    else
        execute pg_catalog.format('create role %I login password %L connection limit 100', link_role, password);
    end if;
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
    if exists (
        select 1 from pg_catalog.pg_user_mappings as m where m.srvname = 'cronmill' and m.usename = current_user
    ) then
        execute pg_catalog.format(
            'alter user mapping for current_user server cronmill options (set user %L, set password %L)',
            link_role, password);
    else
        execute pg_catalog.format(
            'create user mapping for current_user server cronmill options (user %L, password %L)',
            link_role, password);
    end if;
end
{{tag}};

-- The link of a work database: a role of its own, never one that somebody else may have made to
-- become the link, and the server that leads to the registry. Without a password nobody logs in as
-- the role; link_password.sql follows in the same transaction.
do {{tag}}
declare
    link_role constant text := {{link_role}};
    registry_owner constant text := {{registry_owner}};
    server record;
    option_name text;
begin
    select r.rolname as owner, s.srvoptions as options into server
    from pg_catalog.pg_foreign_server as s
    join pg_catalog.pg_roles as r on r.oid = s.srvowner
    where s.srvname = 'cronmill';
    if server.owner <> current_user then
        raise exception using
            errcode = 'MC031',
            message = pg_catalog.format('server cronmill belongs to role "%s"', server.owner),
            detail = 'Its owner could have the link''s password sent to a place of his own.',
            hint = 'If nothing needs it: drop server cronmill cascade;';
    end if;
    if exists (
        select from pg_catalog.pg_roles as r
        where r.rolname = link_role
            and (
                pg_catalog.shobj_description(r.oid, 'pg_authid') is distinct from {{link_comment}}
                or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication
                or r.rolbypassrls
                or exists (select from pg_catalog.pg_auth_members as m where m.member = r.oid)
                or exists (
                    select from pg_catalog.pg_auth_members as m
                    join pg_catalog.pg_roles as o on o.oid = m.member
                    where m.roleid = r.oid
                        and not o.rolsuper
                        and o.rolname not in (current_user, registry_owner)
                )
            )
    ) then
        raise exception using
            errcode = 'MC031',
            message = pg_catalog.format('role "%s" is not as cronmill makes it', link_role),
            detail = 'Whoever made it, or is a member of it, could order jobs as the link.',
            hint = pg_catalog.format('If nothing needs it: drop role %I;', link_role);
    end if;
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = link_role) then
        execute pg_catalog.format('create role %I connection limit 100', link_role);
    end if;
    -- The registry's owner ends orders that are left open.
    if not pg_catalog.pg_has_role(registry_owner, link_role, 'usage') then
        execute pg_catalog.format('grant %I to %I', link_role, registry_owner);
    end if;
    execute pg_catalog.format('alter role %I login', link_role);
    execute pg_catalog.format('comment on role %I is %L', link_role, {{link_comment}});
    if server is null then
        execute pg_catalog.format(
            'create server cronmill foreign data wrapper postgres_fdw options (
                host %L, port %L, dbname %L, keep_connections ''off'',
                application_name ''cronmill link'', connect_timeout ''5'')',
            {{link_host}}, {{link_port}}, {{cron_database}});
    else
        for option_name in
            select split_part(o.text, '=', 1)
            from unnest(server.options) as o (text)
            where split_part(o.text, '=', 1) not in (
                'host', 'port', 'dbname', 'keep_connections', 'application_name', 'connect_timeout'
            )
        loop
            execute pg_catalog.format('alter server cronmill options (drop %I)', option_name);
        end loop;
        execute pg_catalog.format(
            'alter server cronmill options (set host %L, set port %L, set dbname %L)',
            {{link_host}}, {{link_port}}, {{cron_database}});
    end if;
end
{{tag}};

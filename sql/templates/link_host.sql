-- Finds an address the server can reach itself at with the link's password, by trying, and keeps
-- the first.
do {{tag}}
declare
    host text;
    reason text := '';
    tried text[] := '{}';
begin
    foreach host in array {{hosts}}::text[] loop
        begin
            execute pg_catalog.format('alter server cronmill options (set host %L)', host);
            perform 1 from cronmill.registry as r limit 1;
            return;
        exception
            when sqlclient_unable_to_establish_sqlconnection
                or sqlstate '2F003' -- a password was not asked for
            then
                get stacked diagnostics reason = pg_exception_detail;
                reason := coalesce(nullif(reason, ''), sqlerrm);
                tried := tried || host;
        end;
    end loop;
    raise exception using
        errcode = 'MC012',
        message = pg_catalog.format(
            'the link from database "%s" to cron database "%s" cannot log in',
            pg_catalog.current_database(), {{cron_database}}),
        detail = pg_catalog.format(
            'Tried host %s: %s', pg_catalog.array_to_string(tried, ', '), btrim(reason)),
        hint = pg_catalog.format(
            'Add to pg_hba.conf, above other lines, and reload: '
            'host %I %I 127.0.0.1/32 scram-sha-256 (or name another address with --link-host).',
            {{cron_database}}, {{link_role}});
end
{{tag}};

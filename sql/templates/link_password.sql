-- A new password for the link, made in the server, as when the link was made. Role and user mapping are changed in
-- one transaction, and both are in this database's reach: cut off half way, both keep the old one.
do {{tag}}
declare
    link_role constant text := {{link_role}};
    password constant text := concat(
        replace(pg_catalog.gen_random_uuid()::text, '-', ''), replace(pg_catalog.gen_random_uuid()::text, '-', ''));
begin
    set local password_encryption = 'scram-sha-256';
    execute pg_catalog.format('alter role %I login password %L', link_role, password);
    execute pg_catalog.format(
        'alter user mapping for current_user server cronmill options (set user %L, set password %L)',
        link_role, password);
end
{{tag}};

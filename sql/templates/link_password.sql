-- A new password for the link, made in the server in one block, so that it exists there only and is in no script. Role
-- and user mapping are changed in one transaction, and both are in this database's reach: cut off half way, both keep the
-- old one.
do {{tag}}
declare
    link_role constant text := {{link_role}};
    password constant text := concat(
        replace(pg_catalog.gen_random_uuid()::text, '-', ''), replace(pg_catalog.gen_random_uuid()::text, '-', ''));
begin
    set local password_encryption = 'scram-sha-256';
    execute pg_catalog.format('alter role %I password %L', link_role, password);
    drop user mapping if exists for current_user server cronmill;
    execute pg_catalog.format(
        'create user mapping for current_user server cronmill options (user %L, password %L)', link_role, password);
end
{{tag}};

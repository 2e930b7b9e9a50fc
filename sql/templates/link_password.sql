-- A new password for the link, made in the server in one block, so that it exists there only and is
-- in no script. Role and user mapping are changed in one transaction, and both are in this
-- database's reach: cut off half way, both keep the old one. The role is given the password's
-- SCRAM-SHA-256 verifier (RFC 5802, RFC 7677), computed here; the mapping has to have the password
-- itself, which pg_stat_statements would keep where it tracks all statements: it is told not to, by
-- who may.
do {{tag}}
declare
    link_role constant text := {{link_role}};
    -- 64 characters, a block of SHA-256, so that they are a key of HMAC as they stand.
    password constant text := concat(
        replace(pg_catalog.gen_random_uuid()::text, '-', ''),
        replace(pg_catalog.gen_random_uuid()::text, '-', ''));
    salt constant bytea := pg_catalog.uuid_send(pg_catalog.gen_random_uuid());
    iterations constant integer := 4096;
    inner_bits constant bit(512) := ('x' || repeat('36', 64))::bit(512);
    outer_bits constant bit(512) := ('x' || repeat('5c', 64))::bit(512);
    hmac_key bit(512) := ('x' || encode(convert_to(password, 'UTF8'), 'hex'))::bit(512);
    -- What is sent of bits begins with their number.
    inner_pad bytea := substring(bit_send(hmac_key # inner_bits) from 5);
    outer_pad bytea := substring(bit_send(hmac_key # outer_bits) from 5);
    round bytea := sha256(outer_pad || sha256(inner_pad || salt || '\x00000001'));
    salted bit(256) := ('x' || encode(round, 'hex'))::bit(256);
begin
    for counter in 2 .. iterations loop
        round := sha256(outer_pad || sha256(inner_pad || round));
        salted := salted # ('x' || encode(round, 'hex'))::bit(256);
    end loop;
    -- A shorter key is filled up with zeros, as the cast does.
    hmac_key := salted::bit(512);
    inner_pad := substring(bit_send(hmac_key # inner_bits) from 5);
    outer_pad := substring(bit_send(hmac_key # outer_bits) from 5);
    begin
        perform pg_catalog.set_config('pg_stat_statements.track', 'none', true);
    exception when insufficient_privilege then
        if pg_catalog.current_setting('pg_stat_statements.track', true)
            is not distinct from 'all'
        then
            raise warning using
                message = 'pg_stat_statements keeps the statement '
                    'that has the link''s password in it',
                detail = 'It tracks all statements, and this role may not tell it not to; '
                    'who may read its statistics sees it.',
                hint = pg_catalog.format(
                    'As a superuser: select pg_stat_statements_reset(); or let this role: '
                    'grant set on parameter pg_stat_statements.track to %I;',
                    current_user);
        end if;
    end;
    execute pg_catalog.format('alter role %I password %L', link_role, pg_catalog.format(
        'SCRAM-SHA-256$%s:%s$%s:%s',
        iterations, encode(salt, 'base64'),
        encode(
            sha256(sha256(outer_pad || sha256(inner_pad || convert_to('Client Key', 'UTF8')))),
            'base64'),
        encode(
            sha256(outer_pad || sha256(inner_pad || convert_to('Server Key', 'UTF8'))),
            'base64')));
    drop user mapping if exists for current_user server cronmill;
    execute pg_catalog.format(
        'create user mapping for current_user server cronmill options (user %L, password %L)',
        link_role, password);
end
{{tag}};

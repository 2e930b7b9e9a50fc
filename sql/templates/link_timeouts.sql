-- How long a link's session waits, and lets others wait: an order holds rows of the registry until
-- its transaction ends.
do {{tag}}
declare
    link_role constant text := {{link_role}};
begin
    execute pg_catalog.format('alter role %I set lock_timeout = ''10s''', link_role);
    execute pg_catalog.format('alter role %I set statement_timeout = ''60s''', link_role);
    execute pg_catalog.format(
        'alter role %I set idle_in_transaction_session_timeout = ''5min''', link_role);
end
{{tag}};

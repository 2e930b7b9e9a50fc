-- Refuses to run in stricter transactions than read committed: they would fail at commit what they
-- did beside another slot, and nobody is to blame.
-- Executed by: begin_run.
create or replace function cronmill.assert_isolation(processor text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if pg_catalog.current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = 'MC016',
            message = pg_catalog.format('processor "%s" cannot run in %s transactions',
                processor, pg_catalog.current_setting('transaction_isolation')),
            detail =
                'That is what default_transaction_isolation says for this role or this database.',
            hint = pg_catalog.format('alter role %I in database %I '
                'set default_transaction_isolation = ''read committed''',
                session_user, pg_catalog.current_database());
    end if;
end
$function$;
comment on function cronmill.assert_isolation(text)
    is 'Refuses to run in stricter transactions than read committed.';
revoke all on function cronmill.assert_isolation(text) from public;

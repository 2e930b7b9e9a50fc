-- Ends a transaction of tasks and begins the next one as in a new session, as far as that can be
-- had: settings, temporary tables, cursors, prepared statements, channels and advisory locks of
-- handlers are gone. What sequences have cached stays: numbers would be lost for nothing. Of a
-- scheduled slot what is less than an error is not sent: pg_cron would write every notice into the
-- server's log, or into its history.
-- Executed by: retry_in_parts, run; the processor's run-as role.
create or replace procedure cronmill.renew(run cronmill.run_start, slot integer)
language plpgsql
as $procedure$
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    unlisten *;
    perform cronmill.forget(run.slot_id);
    -- A cancel that arrives during the commit would not be the handler's.
    perform cronmill.publish(run, null);
    -- The next transaction begins with the commit, and with these.
    reset default_transaction_isolation;
    reset default_transaction_read_only;
    reset default_transaction_deferrable;
    commit;
    reset session authorization;
    reset all;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if slot > 0 then
        perform pg_catalog.set_config('client_min_messages', 'error', false);
    end if;
    discard temporary;
    -- As a statement of its own it would be PL/pgSQL's.
    execute 'close all';
end
$procedure$;
comment on procedure cronmill.renew(cronmill.run_start, integer)
    is 'Ends a transaction of tasks and begins the next one as in a new session.';
revoke all on procedure cronmill.renew(cronmill.run_start, integer) from public;

-- Forgets what a handler has left in the session that no rollback takes back: advisory locks and
-- prepared statements. The slot's lock is taken anew; while the session has none the transaction
-- has it, so nobody can have it in between. It is called for every part that fails, and has no set
-- clause, because that would cost more than all it does.
-- Executed by: renew, try_parts; the processor's run-as role.
create or replace function cronmill.forget(slot_id integer)
returns void
language plpgsql volatile parallel unsafe security invoker
as $function$
declare
    prepared pg_catalog.name;
    -- perform costs more than what it would do here.
    ignored pg_catalog.bool;
begin
    -- If somebody has it, because a handler gave it away, the next claim will find that.
    if pg_catalog.pg_try_advisory_xact_lock(cronmill.lock_class('slot'), forget.slot_id) then
        ignored := pg_catalog.pg_advisory_unlock_all() is null;
        ignored := pg_catalog.pg_try_advisory_lock(cronmill.lock_class('slot'), forget.slot_id);
    end if;
    -- Not those of a client's protocol. Nearly always there are none: a look at that costs less
    -- than a loop.
    if exists (select from pg_catalog.pg_prepared_statement() as s where s.from_sql) then
        for prepared in
            select s.name from pg_catalog.pg_prepared_statement() as s where s.from_sql
        loop
            execute pg_catalog.format('deallocate %I', prepared);
        end loop;
    end if;
end
$function$;
comment on function cronmill.forget(integer)
    is 'Forgets advisory locks and prepared statements that a handler has left.';
revoke all on function cronmill.forget(integer) from public;

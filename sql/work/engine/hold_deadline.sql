-- Shows every database, until the transaction ends, by when its tasks have to be through: the
-- application_name says so more exactly, but a handler can change that. A lock that was taken
-- before a handler's subtransaction it cannot give away; it could take one of an earlier deadline,
-- and be stopped sooner. The second key is seconds since 2020. There are two seconds to spare: for
-- parts that begin later than their transaction, and for what the housekeeper does by name.
-- Executed by: claim_again, take_batch. Read by processor_status, and in the cron database by
-- overdue_slots.
create or replace function cronmill.hold_deadline(deadline timestamptz)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    seconds constant integer := least(
        2147483000,
        2 + ceil(
            extract(epoch from hold_deadline.deadline)
                - extract(epoch from timestamptz '2020-01-01 00:00+00')));
begin
    -- Shared by all slots; another session might hold one for itself.
    for later in 0 .. 9 loop
        exit when pg_catalog.pg_try_advisory_xact_lock_shared(
            cronmill.lock_class('deadline'), seconds + later);
    end loop;
end
$function$;
comment on function cronmill.hold_deadline(timestamptz)
    is 'Shows the deadline of a transaction as an advisory lock, which a handler cannot give away.';
revoke all on function cronmill.hold_deadline(timestamptz) from public;

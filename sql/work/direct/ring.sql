-- Wakes the processors of this database that are asleep, at the commit of this transaction and with
-- it: the registry is in this database. Never waits.
-- Executed by: enqueue, enqueue_many, wake.
create or replace function cronmill.ring(queue_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- An old snapshot may show a ring that was heard since.
    if pg_catalog.current_setting('transaction_isolation') <> 'read committed'
        or cronmill.rung() is not distinct from (
            select s.heard
            from cronmill.sleep as s
            join cronmill.processor as p on p.processor_id = s.processor_id
            where p.queue_id = ring.queue_id
        )
    then
        insert into cronmill_cron.bell default values;
    end if;
end
$function$;
comment on function cronmill.ring(integer) is 'Wakes the processors of this database.';
revoke all on function cronmill.ring(integer) from public;

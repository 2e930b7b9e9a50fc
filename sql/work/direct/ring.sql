-- Wakes the processors of this database that are asleep, at the commit of this transaction and with
-- it: the registry is in this database. Not while the queue's own is paused: who resumes it rings.
-- Never waits.
-- Executed by: enqueue, enqueue_many, wake.
create or replace function cronmill.ring(queue_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    last_ring constant text := cronmill.rung();
    known record;
begin
    select p.paused, s.heard into known
    from cronmill.processor as p
    left join cronmill.sleep as s on s.processor_id = p.processor_id
    where p.queue_id = ring.queue_id;
    -- An old snapshot may show a ring that was heard since, or a pause that has ended. What was
    -- heard may have been a link's, before pg_cron moved here.
    if pg_catalog.current_setting('transaction_isolation') <> 'read committed'
        or known.paused is not true
        and (last_ring is null or last_ring is not distinct from known.heard)
    then
        insert into cronmill_cron.bell default values;
    end if;
end
$function$;
comment on function cronmill.ring(integer) is 'Wakes the processors of this database.';
revoke all on function cronmill.ring(integer) from public;

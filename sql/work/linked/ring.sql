-- Wakes the processors of this database that are asleep, at the commit of this transaction and with
-- it, without a word to the cron database: the ring is a row of a catalog that all databases share.
-- Not while the queue's own is paused: who resumes it rings.
-- Never waits, never fails. Two transactions cannot change one row at once, so there are three: the
-- settings of the link's role in this database and in two where it never logs in. Who finds all of
-- them taken leaves it to those, and to the housekeeper, who sees the locks, and the counters of
-- the database move.
-- Executed by: enqueue, enqueue_many, wake.
create or replace function cronmill.ring(queue_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    own_ring constant text := pg_current_xact_id();
    last_ring constant text := cronmill.rung();
    bells constant text[] := array[current_database(), 'template1', 'template0'];
    link_role text;
    known record;
begin
    select p.paused, s.heard into known
    from cronmill.processor as p
    left join cronmill.sleep as s on s.processor_id = p.processor_id
    where p.queue_id = ring.queue_id;
    -- An old snapshot may show a ring that was heard since, or a pause that has ended.
    if own_ring = any (string_to_array(last_ring, ' '))
        or pg_catalog.current_setting('transaction_isolation') = 'read committed'
        and (known.paused or last_ring is distinct from known.heard and last_ring is not null)
    then
        return;
    end if;
    for bell in 1..cardinality(bells) loop
        continue when not pg_catalog.pg_try_advisory_xact_lock(
            cronmill.lock_class('ring'), bell - 1);
        begin
            select i.link_role into link_role from cronmill.installation as i;
            execute pg_catalog.format(
                'alter role %I in database %I set application_name = %L',
                link_role, bells[bell], 'cronmill ring ' || own_ring);
            return;
        exception
            when others then
                null;
        end;
    end loop;
    perform pg_catalog.pg_stat_force_next_flush();
end
$function$;
comment on function cronmill.ring(integer) is 'Wakes the processors of this database.';
revoke all on function cronmill.ring(integer) from public;

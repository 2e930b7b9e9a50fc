-- Rings if nobody looks into the queue: who puts tasks into it says so after the insert, in the
-- same transaction. The functions enqueue look at the bit themselves, because of their speed.
-- Executed by: add_nodes, adopt_task, end_run, enqueue_envelopes, redrive, run_recurring,
-- set_recurring, settle, spread, switch_recurring, sync_processor; the installer, after COPY.
create or replace function cronmill.wake(queue_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if pg_sequence_last_value('cronmill.asleep'::regclass) & cronmill.queue_bit(queue_id) <> 0
    then
        perform cronmill.ring(queue_id);
    end if;
end
$function$;
comment on function cronmill.wake(integer) is 'Rings if nobody looks into the queue.';
revoke all on function cronmill.wake(integer) from public;

-- Notes whether a processor lies down, and sets the bits of the sequence by what all of them have
-- noted. One at a time does, and waits two seconds for others at most. What is to be set is set at
-- once; what is to be cleared, too: the caller has to know that its run, or the next one, looks
-- into the queue. Changes cronmill.sleep.
-- Executed by: get_up, lie_down, sync_processor.
create or replace function cronmill.set_asleep(processor_id integer, is_asleep boolean, heard text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $function$
begin
    lock table cronmill.sleep in share row exclusive mode;
    insert into cronmill.sleep as s (processor_id, is_asleep, heard)
    values (set_asleep.processor_id, set_asleep.is_asleep, set_asleep.heard)
    on conflict on constraint sleep_pkey do update
    set
        is_asleep = excluded.is_asleep,
        heard = case when excluded.is_asleep then excluded.heard else s.heard end;
    -- Two queues may share a bit.
    perform setval(
        'cronmill.asleep'::regclass,
        coalesce(
            (
                select bit_or(cronmill.queue_bit(p.queue_id))
                from cronmill.sleep as s
                join cronmill.processor as p on p.processor_id = s.processor_id
                where s.is_asleep
            ),
            0
        )
    );
end
$function$;
comment on function cronmill.set_asleep(integer, boolean, text)
    is 'Notes whether a processor lies down, and sets the bits of all that do.';
revoke all on function cronmill.set_asleep(integer, boolean, text) from public;

-- The first step of falling asleep: notes the last ring, then sets the bit by which producers know
-- that they have to ring. Refused where they could not, and of one that was told meanwhile never to
-- sleep. The caller commits. Changes cronmill.sleep.
-- Executed by: fall_asleep; the processor's run-as role.
create or replace function cronmill.lie_down(processor_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if cronmill.ring_remedy() is not null then
        raise exception using
            errcode = 'MC009',
            message = 'no task could wake it: cronmill check-permissions says why';
    end if;
    -- Of a commit that a crash undoes, tasks would wait for the next sweep.
    perform pg_catalog.set_config('synchronous_commit', 'on', true);
    perform cronmill.set_asleep(p.processor_id, true, cronmill.rung())
    from cronmill.processor as p
    where p.processor_id = lie_down.processor_id and p.run_as = session_user
        and p.sleep_after is not null;
    if not found then
        raise exception using errcode = 'MC009', message = 'it does not sleep any more';
    end if;
end
$function$;
comment on function cronmill.lie_down(integer)
    is 'Sets the bit by which producers know that they have to ring.';
revoke all on function cronmill.lie_down(integer) from public;

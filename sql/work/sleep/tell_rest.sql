-- Tells the registry that a processor falls asleep, gives way (wanted), or is awake, and has tasks
-- for more slots; and, of one that is not, how it is. Changes cronmill.sleep, cronmill.slot and
-- cronmill.push, and in the cron database the schedule of its jobs.
-- Executed by: try_to_tell; the processor's run-as role.
create or replace function cronmill.tell_rest(
    processor_id integer, state text, next_at timestamptz, had_tasks boolean
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    known record;
begin
    select
        p.name, s.heard,
        -- Tasks that are ready after two seconds of work are more than one slot's.
        case when tell_rest.state = 'awake' and p.slots > 1 and (
            select n.is_ready from cronmill.next_work(p.processor_id) as n
        ) then p.slots end as wanted_slots
    into known
    from cronmill.processor as p
    left join cronmill.sleep as s on s.processor_id = p.processor_id
    where p.processor_id = tell_rest.processor_id and p.run_as = session_user;
    if known.name is null then
        return;
    end if;
    -- The registry knows slots by the keys of their rows.
    insert into cronmill.slot (processor_id, slot)
    select tell_rest.processor_id, n.slot
    from generate_series(1, known.wanted_slots) as n (slot)
    on conflict on constraint slot_is_unique do nothing;
    perform cronmill.send_rest(
        known.name,
        (
            tell_rest.state, known.heard, tell_rest.next_at,
            array(
                select o.slot_id
                from cronmill.slot as o
                where o.processor_id = tell_rest.processor_id and o.slot > 0
                order by o.slot
            ),
            tell_rest.had_tasks, known.wanted_slots
        )::cronmill.rest);
    if tell_rest.state = 'awake' then
        return;
    end if;
    perform cronmill.tell_registry(
        tell_rest.processor_id, cronmill.backlog(tell_rest.processor_id),
        clock_timestamp() + interval '50 seconds');
    update cronmill.sleep as s
    set told_at = clock_timestamp()
    where s.processor_id = tell_rest.processor_id;
end
$function$;
comment on function cronmill.tell_rest(integer, text, timestamptz, boolean)
    is 'Tells the registry that a processor falls asleep, gives way, or is awake.';
revoke all on function cronmill.tell_rest(integer, text, timestamptz, boolean) from public;

-- Tells the registry through the link that a processor falls asleep, gives way, or is awake; the
-- foreign transaction commits with this one.
-- Executed by: tell_rest.
create or replace function cronmill.send_rest(processor text, rest cronmill.rest)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into cronmill.registry_rest (
        name, state, heard, next_at, slot_ids, had_tasks, wanted_slots
    )
    values (
        send_rest.processor, rest.state, rest.heard, rest.next_at, rest.slot_ids, rest.had_tasks,
        rest.wanted_slots
    );
end
$function$;
comment on function cronmill.send_rest(text, cronmill.rest)
    is 'Tells the registry that a processor falls asleep, gives way, or is awake.';
revoke all on function cronmill.send_rest(text, cronmill.rest) from public;

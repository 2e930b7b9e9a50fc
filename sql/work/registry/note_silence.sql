-- Notes why the registry could not be told. Changes cronmill.push.
-- Executed by: push, try_to_tell; the processor's run-as role.
create or replace function cronmill.note_silence(processor_id integer, error text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    update cronmill.push as u
    set error = left(note_silence.error, 1000)
    from cronmill.processor as p
    where u.processor_id = note_silence.processor_id
        and p.processor_id = u.processor_id
        and p.run_as = session_user;
end
$function$;
comment on function cronmill.note_silence(integer, text)
    is 'Notes why the registry could not be told of a processor.';
revoke all on function cronmill.note_silence(integer, text) from public;

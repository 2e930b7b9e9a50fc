-- Up to where the slots of a queue have claimed of a priority, by what they told last; null if that
-- was of another. Whoever tells it writes whose it is last, which is read last: who reads it
-- meanwhile gets none, or one that is too early.
-- Executed by: reserve.
create or replace function cronmill.shared_mark(register text, whose bigint)
returns cronmill.stretch
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    mark cronmill.stretch;
begin
    mark.from_at := timestamptz '2000-01-01 00:00+00' + interval '1 microsecond'
        * pg_sequence_last_value((shared_mark.register || 'at')::regclass);
    mark.from_id := pg_sequence_last_value((shared_mark.register || 'id')::regclass);
    if pg_sequence_last_value((shared_mark.register || 'of')::regclass) = shared_mark.whose then
        return mark;
    end if;
    return null;
end
$function$;
comment on function cronmill.shared_mark(text, bigint)
    is 'Up to where the slots of a queue have claimed of a priority.';
revoke all on function cronmill.shared_mark(text, bigint) from public;

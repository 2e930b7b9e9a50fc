-- Counts a part that did not fail: how its tasks ended, and how long one took. One that was set
-- aside and is done alone (was_aside) is counted as such: its handler may need that.
-- Executed by: try_parts; the processor's run-as role.
create or replace function cronmill.count_part(
    counters cronmill.counters, ended text, total integer, took interval, was_aside boolean
)
returns cronmill.counters
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    counted cronmill.counters := count_part.counters;
    is_done constant boolean := count_part.ended = 'done';
    is_dead constant boolean := count_part.ended = 'dead';
begin
    counted.worked := cronmill.tally(
        counted.worked, count_part.took / count_part.total, count_part.total);
    counted.done := counted.done + is_done::integer * count_part.total;
    counted.dead := counted.dead + is_dead::integer;
    counted.failed := counted.failed + is_dead::integer;
    counted.alone := counted.alone + (is_done and count_part.was_aside)::integer;
    return counted;
end
$function$;
comment on function cronmill.count_part(cronmill.counters, text, integer, interval, boolean) is
    'Counts a part that did not fail.';
revoke all on function cronmill.count_part(cronmill.counters, text, integer, interval, boolean)
    from public;

-- Counts into a histogram: element n is the number of times that took 2^(n-1) to 2^n microseconds.
-- Executed by: count_part, run, tally_waits; the processor's run-as role.
create or replace function cronmill.tally(histogram bigint[], took interval, weight bigint)
returns bigint[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    counted bigint[] := coalesce(tally.histogram, '{}');
    place constant integer := least(40, greatest(
        1,
        1 + floor(
            ln(greatest(1, extract(epoch from tally.took)::double precision * 1e6))
                / ln(2.0::double precision))));
begin
    if place > cardinality(counted) then
        counted := counted || array_fill(0::bigint, array[place - cardinality(counted)]);
    end if;
    counted[place] := counted[place] + tally.weight;
    return counted;
end
$function$;
comment on function cronmill.tally(bigint[], interval, bigint)
    is 'Counts into a histogram of powers of two of microseconds.';
revoke all on function cronmill.tally(bigint[], interval, bigint) from public;

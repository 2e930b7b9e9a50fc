-- Counts into a histogram how long the tasks of a batch have waited: when those became ready that
-- came in by order is known (ready_at), in the order of time within each of so many levels; of many
-- 64 stand for all. One does where all have waited for about as long, as in a queue that has much
-- to do.
-- Executed by: take_batch.
create or replace function cronmill.tally_waits(
    histogram bigint[], ready_at timestamptz[], levels bigint, total integer, now_at timestamptz
)
returns bigint[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    counted bigint[] := tally_waits.histogram;
    known constant integer := coalesce(cardinality(tally_waits.ready_at), 0);
    longest constant interval := tally_waits.now_at - tally_waits.ready_at[1];
    shortest constant interval := tally_waits.now_at - tally_waits.ready_at[known];
    samples constant integer := case
        when tally_waits.levels = 1 and longest < 1.02 * shortest then 1
        else least(64, known)
    end;
begin
    for sample in 0 .. samples - 1 loop
        counted := cronmill.tally(
            counted,
            tally_waits.now_at - tally_waits.ready_at[1 + sample * known / samples],
            tally_waits.total / samples + (sample < tally_waits.total % samples)::integer
        );
    end loop;
    return counted;
end
$function$;
comment on function cronmill.tally_waits(
    bigint[], timestamptz[], bigint, integer, timestamptz
) is 'Counts how long the tasks of a batch have waited.';
revoke all on function cronmill.tally_waits(
    bigint[], timestamptz[], bigint, integer, timestamptz
) from public;

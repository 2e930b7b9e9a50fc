-- The sum of two histograms, element by element; one that is null, or shorter, has zeros there.
-- Executed by: note_start.
create or replace function cronmill.add_histograms(one bigint[], other bigint[])
returns bigint[]
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        array_agg(coalesce(u.one, 0) + coalesce(u.other, 0) order by u.place), '{}')
    from unnest(add_histograms.one, add_histograms.other)
        with ordinality as u (one, other, place);
end;
comment on function cronmill.add_histograms(bigint[], bigint[])
    is 'The sum of two histograms, element by element.';
revoke all on function cronmill.add_histograms(bigint[], bigint[]) from public;

-- The marks after a look that took long, and found nothing ready in all but these priorities: what
-- it walked over there are dead rows that cannot be removed yet, and each look into the empty queue
-- would walk over them again. A second is left to transactions that commit late, as where tasks
-- were claimed (claim_level); later ones are found by the next full scan.
-- Executed by: claim.
create or replace function cronmill.pass_dead_rows(
    marks_at timestamptz[], levels integer[], now_at timestamptz
)
returns timestamptz[]
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select array_agg(
        case when m.place - 1 = any (levels) then m.mark_at
            else greatest(m.mark_at, now_at - interval '1 second') end
        order by m.place)
    from unnest(marks_at) with ordinality as m (mark_at, place);
end;
comment on function cronmill.pass_dead_rows(timestamptz[], integer[], timestamptz)
    is 'The marks after a look that walked over dead rows.';
revoke all on function cronmill.pass_dead_rows(timestamptz[], integer[], timestamptz) from public;

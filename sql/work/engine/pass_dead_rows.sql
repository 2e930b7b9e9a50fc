-- The marks after a look that took long, and found nothing ready in all but these priorities: what
-- it walked over there are dead rows that cannot be removed yet, and each look into the empty queue
-- would walk over them again. A second is left to transactions that commit late, as where tasks
-- were claimed (claim_level); later ones are found by the next full scan. In the first claim of a
-- session it is the planning that takes long.
-- Executed by: claim.
create or replace function cronmill.pass_dead_rows(
    marks_at timestamptz[], levels integer[], began_at timestamptz, is_first boolean
)
returns timestamptz[]
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    passed_at constant timestamptz := pass_dead_rows.began_at - interval '1 second';
    passed timestamptz[] := pass_dead_rows.marks_at;
begin
    if pass_dead_rows.is_first
        or clock_timestamp() - pass_dead_rows.began_at < interval '2 milliseconds'
    then
        return passed;
    end if;
    for level in 0 .. 9 loop
        if level <> all (pass_dead_rows.levels) then
            passed[level + 1] := greatest(passed[level + 1], passed_at);
        end if;
    end loop;
    return passed;
end
$function$;
comment on function cronmill.pass_dead_rows(timestamptz[], integer[], timestamptz, boolean)
    is 'The marks after a look that walked over dead rows.';
revoke all on function cronmill.pass_dead_rows(timestamptz[], integer[], timestamptz, boolean)
    from public;

-- Whether every value of one type is one of the other: the same, its base type, or an implicit
-- cast. Leniently, what an INSERT would take is enough: a cast on assignment, which any type has to
-- text.
-- Executed by: check_query, query_task, try_query.
create or replace function cronmill.fits_type(
    given regtype, wanted regtype, leniently boolean default false
)
returns boolean
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select fits_type.wanted in (fits_type.given, b.base)
        or (fits_type.leniently and fits_type.wanted = 'text'::regtype)
        or exists (
            select 1
            from pg_catalog.pg_cast as c
            where c.castsource = b.base
                and c.casttarget = fits_type.wanted
                and (c.castcontext = 'i' or fits_type.leniently and c.castcontext = 'a')
        )
    from pg_catalog.pg_type as t
    cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid)::regtype as base) as b
    where t.oid = fits_type.given;
end;
comment on function cronmill.fits_type(regtype, regtype, boolean)
    is 'Whether every value of one type is one of the other.';
revoke all on function cronmill.fits_type(regtype, regtype, boolean) from public;

-- Whether a function is there for alarms to be given to, and whether it is the one they are given
-- to now: one row.
-- $1 signature: the function, with its arguments, text.
-- $2 role: whose rights it is to have, text; null where that is not asked.
-- Columns: is_there, is_set.
select to_regprocedure($1) is not null as is_there,
    (
        h.alarm_function = w.signature and h.alarm_routine = to_regprocedure($1)
        and (h.alarm_role = $2 or $2::text is null)
    ) is true as is_set
from cronmill_cron.housekeeping as h
cross join lateral (
    select concat(quote_ident(n.nspname), '.', quote_ident(p.proname), '(jsonb)') as signature
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.oid = to_regprocedure($1)
    union all
    select null where to_regprocedure($1) is null
) as w

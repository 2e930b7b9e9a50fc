-- The functions of a name, and whether they can be handlers.
-- $1 schema: its schema, text.
-- $2 name: its name, text.
-- Columns: quoted_name, signature, arguments, is_handler, returns_outcome.
select
    format('%I.%I', n.nspname, p.proname) as quoted_name,
    format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as signature,
    oidvectortypes(p.proargtypes) as arguments,
    p.prorettype in ('void'::regtype, coalesce(to_regtype('cronmill.outcome')::oid, 0))
        and p.prokind = 'f' and not p.proretset as is_handler,
    p.prorettype <> 'void'::regtype as returns_outcome
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = $1 and p.proname = $2
order by 2

-- What a table is, and what stands in the way of taking it over: one row, none if there is no such
-- table.
-- $1 schema: its schema, text.
-- $2 name: its name, text.
-- Columns: relkind, relpersistence, relispartition, inherits, owner, is_owner, me,
-- has_row_security, foreign_keys, triggers, rules.
select
    c.relkind, c.relpersistence, c.relispartition,
    exists (
        select from pg_catalog.pg_inherits as i where c.oid in (i.inhrelid, i.inhparent)
    ) as inherits,
    pg_get_userbyid(c.relowner) as owner, pg_has_role(c.relowner, 'usage') as is_owner,
    session_user as me,
    row_security_active(c.oid) as has_row_security,
    array(
        select format('%s of %s', k.conname, k.conrelid::regclass)
        from pg_catalog.pg_constraint as k
        where k.contype = 'f' and c.oid in (k.conrelid, k.confrelid) order by 1
    ) as foreign_keys,
    array(
        select t.tgname from pg_catalog.pg_trigger as t
        join pg_catalog.pg_proc as f on f.oid = t.tgfoid
        join pg_catalog.pg_namespace as s on s.oid = f.pronamespace
        where t.tgrelid = c.oid and not t.tgisinternal
            and not (t.tgname = 'cronmill_forward' and s.nspname = 'cronmill_processor')
            -- Unless it does nothing but tell listeners of a row: PartitionCache's are such. It
            -- takes a role trusted with the table to change what the function does.
            and not (
                t.tgtype & 2 = 0
                and f.prolang = (
                    select l.oid from pg_catalog.pg_language as l where l.lanname = 'plpgsql'
                )
                and not f.prosecdef
                and (f.proowner = c.relowner or pg_has_role(f.proowner, c.relowner, 'member'))
                and lower(f.prosrc) ~ concat(
                    '^\s*begin\s+perform\s+(pg_catalog\.)?pg_notify\s*\(',
                    '\s*''[^'']*''\s*,\s*''[^'']*''\s*\)\s*;',
                    '\s*return\s+(new|old|null)\s*;\s*end\s*;?\s*$'
                )
            )
        order by 1
    ) as triggers,
    array(
        select r.rulename from pg_catalog.pg_rewrite as r
        where r.ev_class = c.oid and r.rulename <> '_RETURN' order by 1
    ) as rules
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2
    and c.relkind in ('r', 'p', 'v', 'm', 'f')

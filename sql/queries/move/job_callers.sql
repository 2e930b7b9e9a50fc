-- Functions of the old database that change jobs, and the triggers that call them: they do not
-- move.
-- Columns: name, triggers.
select p.oid::regprocedure::text as name,
    array(
        select format('%s on %s', quote_ident(t.tgname), t.tgrelid::regclass)
        from pg_catalog.pg_trigger as t
        where t.tgfoid = p.oid and not t.tgisinternal order by 1
    ) as triggers
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where p.prosrc ~* concat(
        '(^|[^a-z0-9_$."])"?cron"?[[:space:]]*[.][[:space:]]*',
        '"?(schedule|schedule_in_database|unschedule|alter_job|job)([^a-z0-9_]|$)'
    )
    and n.nspname not in ('cron', 'pg_catalog', 'information_schema')
    and n.nspname !~ '^(cronmill|pg_temp|pg_toast)'
order by 1

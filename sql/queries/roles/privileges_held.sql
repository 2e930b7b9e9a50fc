-- Privileges that roles are to have by their parts, and whether they have those on what is
-- pg_cron's, which granted_privileges() does not tell.
-- {{schema}}: cronmill or cronmill_cron, a name.
-- Columns: role_name, part, target, is_held.
select w.role_name, w.part, w.target,
    coalesce(
        case
            when to_regrole(quote_ident(w.role_name)) is null then false
            when w.target = 'usage on schema cron'
                then has_schema_privilege(w.role_name, 'cron', 'usage')
            when w.target like 'execute on routine cron.%'
                then has_function_privilege(w.role_name, substr(w.target, 20), 'execute')
        end, false
    ) as is_held
from {{schema}}.wanted_privileges() as w

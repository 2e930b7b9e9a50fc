-- Settings of roles, of databases or of the server with which a run cannot do its work: see
-- UnfitDefault.swift.
-- $1 roles: which run processors, text[].
-- Columns: role, name, value, wanted.
select r.rolname as role, s.name, d.value, s.wanted
from unnest($1::text[]) as w (name)
join pg_roles as r on r.rolname = w.name
cross join (values
    ('statement_timeout', '0'), ('transaction_timeout', '0'), ('lock_timeout', '0'),
    ('default_transaction_read_only', 'off'), ('default_transaction_isolation', 'read committed'),
    ('role', 'none')
) as s (name, wanted)
cross join lateral (
    select coalesce(
        (
            select substr(c.entry, strpos(c.entry, '=') + 1)
            from pg_db_role_setting as o
            cross join lateral unnest(o.setconfig) as c (entry)
            where o.setrole in (0, r.oid) and split_part(c.entry, '=', 1) = s.name
                and o.setdatabase in (0, (
                        select b.oid from pg_database as b where b.datname = current_database()
                    ))
            order by o.setrole <> 0 desc, o.setdatabase <> 0 desc
            limit 1
        ),
        (
            select p.setting from pg_settings as p
            where p.name = s.name and p.source in ('default', 'configuration file', 'command line')
        )
    ) as value
) as d
where case s.name
    when 'default_transaction_read_only' then d.value::boolean
    when 'default_transaction_isolation' then d.value <> s.wanted
    when 'role' then d.value not in (s.wanted, r.rolname)
    else d.value !~ '^0+ *[a-z]*$'
end
order by r.rolname, s.name

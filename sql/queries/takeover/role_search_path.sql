-- The schemas of the search_path that a role has in this database by its own settings or the
-- database's, in their order.
-- $1 role: the role, text.
-- Columns: name.
select p.name
from (
    select substr(c.setting, length('search_path=') + 1) as path
    from pg_catalog.pg_db_role_setting as s
    cross join lateral unnest(s.setconfig) as c (setting)
    left join pg_catalog.pg_roles as r on r.oid = s.setrole
    where starts_with(c.setting, 'search_path=')
        and (s.setdatabase = 0 or s.setdatabase
            = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database()))
        and (s.setrole = 0 or r.rolname = $1)
    order by s.setrole <> 0 and s.setdatabase <> 0 desc, s.setrole <> 0 desc,
        s.setdatabase <> 0 desc
    limit 1
) as f
cross join lateral regexp_split_to_table(f.path, '[[:space:]]*,[[:space:]]*') with ordinality
    as n (quoted, place)
cross join lateral (
    select case
        when n.quoted in ('"$user"', '$user') then $1
        when n.quoted ~ '^".*"$' then replace(substr(n.quoted, 2, length(n.quoted) - 2), '""', '"')
        else lower(n.quoted)
    end as name
) as p
where exists (select from pg_catalog.pg_namespace as s where s.nspname = p.name)
order by n.place

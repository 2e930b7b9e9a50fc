-- Which of some databases the role may see nothing of: none, if it may see all of them.
-- $1 databases: their names, text[].
-- $2 of_others_too: whether any database there is will do, boolean.
-- Columns: name, me, sees_all.
select d.name, session_user as me, a.sees_all
from unnest($1::text[]) as d (name)
cross join cronmill_cron.sees_all() as a (sees_all)
where d.name not in (select v.name from cronmill_cron.visible_databases() as v (name))
    and not (
        a.sees_all
        and (
            d.name = current_database()
            or exists (select from cronmill_cron.visible_processors(array[d.name]))
            or $2 and exists (select from pg_catalog.pg_database as o where o.datname = d.name)
        )
    )

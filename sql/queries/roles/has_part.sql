-- Whether a role has a part here, and all the privileges that belong to it: one row.
-- $1 role: the role, text.
-- $2 part: the part, text.
-- $3 queue: of which queue, text; null for all.
-- $4 complete: whether the privileges are asked for, too, boolean.
-- Columns: has.
select
    exists (
        select from cronmill.grantee as g
        left join cronmill.queue as q on q.queue_id = g.queue_id
        where g.role_name = $1 and g.part = $2 and q.name is not distinct from $3
    )
    and (
        not $4::boolean
        or not exists (
            select w.target from cronmill.wanted_privileges() as w where w.role_name = $1
            except
            select g.target from cronmill.granted_privileges() as g where g.role_name = $1
        )
    ) as has

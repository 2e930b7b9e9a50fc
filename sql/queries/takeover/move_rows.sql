-- Moves rows of a table into the queue, in the order of their ids, but for those that others have
-- locked: the old worker is doing them.
-- $1 after: text of the id after which to go on; null from the first on.
-- $2 limit: how many, integer; null for all.
-- {{source}}: the table.
-- {{condition}}: which rows o.
-- {{id}}: the column.
-- {{id_type}}: its type.
-- {{takes}}: puts row n into the queue and says whether it was.
-- Columns: picked, taken, gone, last_id.
with picked as materialized (
    select o.*
    from {{source}} as o
    where {{condition}}
        and ($1::text is null or o.{{id}} > $1::text::{{id_type}})
    order by o.{{id}}
    limit $2
    for update skip locked
),
taken as materialized (
    select n.{{id}} as id
    from picked as n
    where {{takes}}
),
gone as (
    delete from {{source}} as o
    using taken as t
    where o.{{id}} = t.id
    returning 1
)
select
    (select count(*) from picked) as picked,
    (select count(*) from taken) as taken,
    (select count(*) from gone) as gone,
    (select p.{{id}}::text from picked as p order by p.{{id}} desc limit 1) as last_id

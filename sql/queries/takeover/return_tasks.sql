-- Moves tasks of a queue back into the table that they were rows of, but for those that are being
-- done.
-- $1 queue: the queue, text.
-- $2 after_priority: of the task after which to go on, text; null from the first on.
-- $3 after_time: likewise, text.
-- $4 after_id: likewise, text.
-- $5 limit: how many, integer; null for all.
-- {{tasks}}: task or dead_task.
-- {{was_row}}: which tasks t.
-- {{target}}: the table.
-- {{columns}}: those that are filled.
-- {{values}}: with what, of task p and row r.
-- {{rows}}: what joins the row r, or nothing.
-- {{conflict}}: what is done with a row that is there already, or nothing.
-- Columns: places, picked, back, last (what to go on after).
with picked as materialized (
    select t.ctid as place, t.task_id, t.priority, t.run_at, t.enqueued_at, t.attempts, t.payload,
        t.unique_key
    from cronmill.{{tasks}} as t
    where t.queue_id = cronmill.queue_id($1) and {{was_row}}
        and (
            $2::text is null
            or (t.priority, t.run_at, t.task_id)
                > ($2::text::smallint, $3::text::timestamptz, $4::text::bigint)
        )
    order by t.priority, t.run_at, t.task_id
    limit $5
    for update skip locked
),
back as (
    insert into {{target}} ({{columns}})
    overriding system value
    select {{values}}
    from picked as p{{rows}}
    order by p.task_id
    {{conflict}}
    returning 1
)
select
    array(select p.place from picked as p) as places,
    (select count(*) from picked) as picked,
    (select count(*) from back) as back,
    array(
        select x.value
        from (
            select p.priority, p.run_at, p.task_id
            from picked as p
            order by p.priority desc, p.run_at desc, p.task_id desc
            limit 1
        ) as l
        cross join lateral unnest(
            array[l.priority::text, l.run_at::text, l.task_id::text]
        ) as x (value)
    ) as last

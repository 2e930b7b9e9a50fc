-- Of the tasks of a walk those that fit, and the last of a whole walk, from which the next one
-- begins. Of payloads and errors no more than a list shows.
-- $1 state: as task_state says it, text; null for all.
-- $2 place: dead or done, text; null for those that wait.
-- $3 unique_key: text; null for all.
-- $4 group_key: text; null for all.
-- $5 sql_state: of the last error, text; null for all.
-- $6 age: enqueued, dead or done for so long, interval; null for all.
-- $7 most: how many are walked, integer.
-- $8 limit: at most how many, integer.
-- {{walk}}: the tasks.
-- {{times}}: those of table t.
-- Columns: walked, level, key, fits, is_cut (whether the payload is longer than shown), and those
-- of a task.
select t.walked, t.level, t.key, f.fits, t.queue_name as queue, t.task_id, s.state, t.priority,
    t.attempts, p.payload, coalesce(p.is_cut, false) as is_cut, t.unique_key, t.group_key, t.tags,
    extract(epoch from t.timeout)::double precision as timeout, t.max_attempts, t.error_sqlstate,
    left(t.error_message, 500) as error_message, null as error_detail, null as error_hint,
    null as error_context, {{times}}
from ({{walk}}) as t
cross join lateral (
    select coalesce($2::text, case
        when t.run_at <= statement_timestamp() then 'ready'
        when t.attempts > 0 then 'retrying'
        else 'scheduled' end) as state
) as s
cross join lateral (
    select ($1::text is null or s.state = $1)
        and ($3::text is null or coalesce(t.unique_key = $3, false))
        and ($4::text is null or coalesce(t.group_key = $4, false))
        and ($5::text is null or coalesce(t.error_sqlstate = $5, false))
        and (
            $6::interval is null
            or case s.state when 'dead' then t.failed_at when 'done' then t.finished_at
                else t.enqueued_at end <= statement_timestamp() - $6::interval
        ) as fits
) as f
-- A long one is not even read.
left join lateral (
    select
        case when pg_column_size(t.payload) <= 2000 then left(t.payload::text, 200) end as payload,
        case when pg_column_size(t.payload) <= 2000 then length(t.payload::text) > 200
            else true end as is_cut
    where t.payload is not null
) as p on true
where f.fits or t.walked = $7
order by t.walked
limit $8

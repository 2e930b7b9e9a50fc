-- PartitionCache's settings of one database.
-- $1 columns: those that every version of it has, text[].
-- $2 target: the database, text.
-- {{config}}: the table, its quoted name.
-- Columns: job_name, enabled, max_parallel_jobs, frequency_seconds, timeout_seconds, table_prefix,
-- queue_prefix, result_limit, backend, others (settings nobody knows, and their values).
select
    c.job_name, c.enabled, c.max_parallel_jobs, c.frequency_seconds, c.timeout_seconds,
    coalesce(c.table_prefix, '') as table_prefix, coalesce(c.queue_prefix, '') as queue_prefix,
    (to_jsonb(c.*) ->> 'result_limit')::bigint as result_limit,
    coalesce(to_jsonb(c.*) ->> 'cache_backend', 'array') as backend,
    array(
        select concat(o.key, ' ', o.value) from jsonb_each_text(to_jsonb(c.*)) as o
        where o.value is not null and o.key <> all ($1::text[])
            and o.key not in (
                'result_limit', 'target_database', 'job_ids', 'created_at', 'updated_at'
            )
            and o.key <> 'cache_backend'
        order by 1
    ) as others
from {{config}} as c
where coalesce(to_jsonb(c.*) ->> 'target_database', current_database()) = $2
order by c.job_name

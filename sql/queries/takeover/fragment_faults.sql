-- Why queries of PartitionCache's queue could not be done, and how many of them.
-- $1 queries: text[].
-- $2 keys: their partition keys, text[].
-- $3 types: their data types, text[].
-- $4 search_path: the handler's, text.
-- $5 result_table: its quoted name, text.
-- $6 is_lenient: the handler's setting, boolean.
-- $7 element: type of the results, text.
-- Columns: reason, total.
select t.reason, count(*)::integer as total
from unnest($1::text[], $2::text[], $3::text[]) as u (query, partition_key, datatype)
cross join lateral cronmill.try_query(
    $4,
    $5,
    $6,
    $7, u.query, u.partition_key, u.datatype
) as t (reason)
where t.reason is not null
group by t.reason
order by total desc, t.reason

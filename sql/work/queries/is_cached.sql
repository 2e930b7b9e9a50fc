-- Whether there is nothing to do: the result is there, or the query is remembered as failed. Then
-- it notes when the query was last asked for. Changes the queries table.
-- Executed by: the processor's run-as role, from its generated handler.
create or replace function cronmill.is_cached(task cronmill.query_task)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    cache_table constant text := cronmill.cache_table((task).result_table, (task).partition_key);
    has_result boolean := false;
    found_status text;
begin
    if (task).refreshes then
        return false;
    end if;
    execute format(
        'select q.status from %s as q where q.query_hash = $1 and q.partition_key = $2',
        (task).result_table)
    into found_status using (task).query_hash, (task).partition_key;
    if cronmill.cache_type(cache_table) is not null then
        execute format('select exists (select from %s as c where c.query_hash = $1)', cache_table)
        into has_result using (task).query_hash;
    end if;
    if found_status <> 'ok' or (found_status = 'ok' and has_result) then
        execute format(
            'update %s as q set last_seen = now() where q.query_hash = $1 and q.partition_key = $2',
            (task).result_table)
        using (task).query_hash, (task).partition_key;
        return true;
    end if;
    if (task).failure is not null then
        -- It used up its attempts: what an application asks, whether the query is worth waiting
        -- for, has an answer now.
        perform cronmill.note_query(task, (task).failure);
        return true;
    end if;
    return false;
end
$function$;
comment on function cronmill.is_cached(cronmill.query_task)
    is 'Whether a query''s result is there in PartitionCache''s layout, '
        'or it is remembered as failed.';
revoke all on function cronmill.is_cached(cronmill.query_task) from public;

-- Notes how a query ended. An older table knows no status "limit". Changes the queries table.
-- Executed by: cache_query, is_cached.
create or replace function cronmill.note_query(task cronmill.query_task, status text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    statement constant text := format(
        'insert into %s as q (query_hash, partition_key, query, status, last_seen) '
        'values ($1, $2, $3, $4, now()) '
        'on conflict (query_hash, partition_key) do update '
        'set query = excluded.query, status = excluded.status, last_seen = excluded.last_seen',
        (task).result_table);
begin
    begin
        execute statement
        using (task).query_hash, (task).partition_key, (task).query, note_query.status;
    exception
        when check_violation then
            if note_query.status <> 'limit' then
                raise;
            end if;
            execute statement using (task).query_hash, (task).partition_key, (task).query, 'failed';
    end;
end
$function$;
comment on function cronmill.note_query(cronmill.query_task, text)
    is 'Notes in PartitionCache''s layout how a query ended.';
revoke all on function cronmill.note_query(cronmill.query_task, text) from public;

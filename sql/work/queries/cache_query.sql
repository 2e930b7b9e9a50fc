-- Runs the query of a task and keeps its result in PartitionCache's layout, or why there is none:
-- that is noted there at once, and the task is dead. Changes the cache, metadata and queries
-- tables.
-- Executed by: the processor's run-as role, from its generated handler.
create or replace function cronmill.cache_query(task cronmill.query_task)
returns cronmill.outcome
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    cache_table constant text := cronmill.cache_table((task).result_table, (task).partition_key);
    element_type regtype := cronmill.cache_type(cache_table);
    datatype text;
    total integer;
    status text := 'failed';
    reason text;
    reason_detail text;
begin
    begin
        if element_type is null then
            execute format('select m.datatype from %s as m where m.partition_key = $1',
                cronmill.metadata_table((task).result_table))
            into datatype using (task).partition_key;
            datatype := coalesce(datatype, (task).datatype, cronmill.query_datatype(task));
            element_type := cronmill.make_cache((task).processor, (task).partition_key, datatype);
            execute format(
                'insert into %s (partition_key, datatype) values ($1, $2) on conflict do nothing',
                cronmill.metadata_table((task).result_table))
            using (task).partition_key, datatype;
        end if;
        execute format(
            'insert into %s as c (query_hash, partition_keys) '
            'values ($1, cronmill.query_result($2, null::%s)) '
            'on conflict (query_hash) do update set partition_keys = excluded.partition_keys '
            'returning cardinality(c.partition_keys)', cache_table, element_type)
        into total using (task).query_hash, task;
        if total > (task).result_limit then
            status := 'limit';
            perform cronmill.raise_dead(
                format('the query has more than %s values', (task).result_limit));
        end if;
    exception
        when sqlstate 'MC102' then
            get stacked diagnostics reason = message_text, reason_detail = pg_exception_detail;
            perform cronmill.note_query(task, status);
            return cronmill.dead(concat_ws(': ', reason, nullif(reason_detail, '')));
    end;
    perform cronmill.note_query(task, 'ok');
    return cronmill.done();
end
$function$;
comment on function cronmill.cache_query(cronmill.query_task)
    is 'Runs the query of a task and keeps its result in PartitionCache''s layout.';
revoke all on function cronmill.cache_query(cronmill.query_task) from public;

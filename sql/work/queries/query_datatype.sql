-- What PartitionCache calls the type of a query's values: integer, float, timestamp or text.
-- Executed by: cache_query.
create or replace function cronmill.query_datatype(task cronmill.query_task)
returns text
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    datatype text;
begin
    begin
        perform pg_catalog.set_config('search_path', (task).search_path, true);
        perform cronmill.view_query(task);
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        select
            case
                when b.oid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) then 'integer'
                when b.oid in ('float4'::regtype, 'float8'::regtype, 'numeric'::regtype)
                    then 'float'
                when b.oid in ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype)
                    then 'timestamp'
                else 'text'
            end
        into strict datatype
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_type as t on t.oid = a.atttypid
        cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid) as oid) as b
        where a.attrelid = to_regclass('pg_temp.cronmill_query')
            and a.attnum > 0;
        raise exception 'to roll back';
    exception
        when raise_exception then
            if datatype is null then
                raise;
            end if;
        when syntax_error_or_access_rule_violation or feature_not_supported or invalid_schema_name
            or invalid_transaction_state or program_limit_exceeded
        then
            -- Another attempt cannot cure it, as in query_result.
            perform cronmill.raise_dead(format('%s (SQLSTATE %s)', sqlerrm, sqlstate));
    end;
    return datatype;
end
$function$;
comment on function cronmill.query_datatype(cronmill.query_task)
    is 'What PartitionCache calls the type of a query''s values.';
revoke all on function cronmill.query_datatype(cronmill.query_task) from public;

-- The values of the query of which pg_temp.cronmill_query has been made: distinct, in order,
-- without nulls, so many at most. The caller has made the transaction read-only. No fixed
-- search_path: functions the query calls find that of the processor. RETURN QUERY, because it is
-- what lets the query use parallel workers.
-- Executed by: query_result.
create or replace function cronmill.read_query(row_limit bigint, element anyelement)
returns setof anyelement
language plpgsql volatile parallel unsafe security invoker
as $function$
begin
    return query execute pg_catalog.format(
        'select distinct q.value::%s from pg_temp.cronmill_query as q (value) where q.value is not '
        'null order by 1 limit $1',
        pg_catalog.pg_typeof(element))
    using row_limit;
end
$function$;
comment on function cronmill.read_query(bigint, anyelement)
    is 'The values of the present query: distinct, in order, without nulls.';
revoke all on function cronmill.read_query(bigint, anyelement) from public;

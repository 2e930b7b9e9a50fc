-- Makes pg_temp.cronmill_query, a view with one column, of a query whose text is hostile until
-- proved otherwise. Of a query with several columns it takes the one named as the partition key, or
-- as that in lower case. The caller has set the search_path and rolls the view back.
-- Executed by: query_datatype, query_result, try_query.
create or replace function cronmill.view_query(task cronmill.query_task)
returns void
language plpgsql volatile parallel unsafe security invoker
as $function$
declare
    statement refcursor;
    total integer;
    is_parsed boolean := false;
begin
    begin
        -- Planning computes what is constant: functions that say they are immutable, and the checks
        -- of domains.
        perform pg_catalog.set_config('transaction_read_only', 'on', true);
        -- A cursor takes one statement only, and EXPLAIN one that reads or writes rows. Nothing is
        -- fetched from it.
        open statement for execute 'explain ' operator(pg_catalog.||) (task).query;
        close statement;
        is_parsed := true;
        raise exception using errcode = 'MC103';
    exception
        -- Nothing else makes a transaction one that writes again.
        when sqlstate 'MC103' then
            if not is_parsed then
                raise;
            end if;
    end;
    begin
        -- A view is made of one SELECT that does not write. It has the parsed query, which
        -- check_query looks at.
        execute 'create view pg_temp.cronmill_query as ' operator(pg_catalog.||) (task).query;
        select pg_catalog.count(*) into total
        from pg_catalog.pg_attribute as a
        where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass('pg_temp.cronmill_query')
            and a.attnum operator(pg_catalog.>) 0;
    exception
        when duplicate_column then
            -- Several columns, two of one name.
            null;
    end;
    if total operator(pg_catalog.<=) 1 then
        return;
    end if;
    if total is not null then
        drop view pg_temp.cronmill_query;
    end if;
    -- The text is one whole statement, as EXPLAIN has found: in parentheses it is the same.
    begin
        execute pg_catalog.format(
            E'create view pg_temp.cronmill_query as select q.%I from (%s\n) as q',
            (task).partition_key,
            pg_catalog.regexp_replace((task).query, '[;\s]+$', ''));
    exception
        when undefined_column then
            begin
                execute pg_catalog.format(
                    E'create view pg_temp.cronmill_query as select q.%I from (%s\n) as q',
                    pg_catalog.lower((task).partition_key),
                    pg_catalog.regexp_replace((task).query, '[;\s]+$', ''));
            exception
                when undefined_column then
                    raise exception using
                        errcode = 'undefined_column',
                        message = pg_catalog.format(
                            'the query has several columns, none of them named "%s"',
                            (task).partition_key),
                        detail = 'Of several columns the one named as the partition key is taken.';
            end;
    end;
end
$function$;
comment on function cronmill.view_query(cronmill.query_task)
    is 'Makes a view with one column of a query.';
revoke all on function cronmill.view_query(cronmill.query_task) from public;

-- Says why a query could not be done, as far as that is seen without running it: null, or a reason.
-- It parses the query, as the role that calls it, and neither plans nor runs it; but to parse a
-- literal of a domain runs its check. The caller rolls back.
-- Executed by: cronmill migrate takeover, with the rights of the run-as role to be.
create or replace function cronmill.try_query(
    search_path text,
    result_table text,
    is_lenient boolean,
    element_type text,
    query text,
    partition_key text,
    datatype text
)
returns text
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted regtype := to_regtype(try_query.element_type);
    given regtype;
    denied text;
    task cronmill.query_task;
begin
    task.query := try_query.query;
    task.partition_key := try_query.partition_key;
    if is_lenient then
        wanted := coalesce(
            cronmill.cache_type(
                cronmill.cache_table(try_query.result_table, try_query.partition_key)),
            case try_query.datatype
                when 'integer' then 'integer'
                when 'float' then 'numeric'
                when 'timestamp' then 'timestamp'
                when 'text' then 'text'
            end::regtype);
        if wanted is null and try_query.datatype <> '' then
            return format(
                'partition_datatype is %s, and not integer, float, text or timestamp',
                try_query.datatype);
        end if;
    elsif try_query.datatype <> '' then
        given := to_regtype(try_query.datatype);
        if not coalesce(cronmill.fits_type(given, wanted), false) then
            return format(
                'partition_datatype is %s, and the results are of type %s',
                try_query.datatype, wanted);
        end if;
    end if;
    begin
        perform pg_catalog.set_config('search_path', try_query.search_path, true);
        perform cronmill.view_query(task);
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform cronmill.check_query(coalesce(wanted, 'text'::regtype), is_lenient);
        select string_agg(distinct c.oid::regclass::text, ', ') into denied
        from pg_catalog.pg_rewrite as r
        join pg_catalog.pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass
        join pg_catalog.pg_class as c on c.oid = d.refobjid and c.oid <> r.ev_class
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
        where r.ev_class = to_regclass('pg_temp.cronmill_query')
            and not has_any_column_privilege(c.oid, 'select');
        if denied is not null then
            raise exception using
                errcode = 'insufficient_privilege',
                message = format('role "%s" may not read %s', current_user, denied);
        end if;
        raise exception 'to roll back';
    exception
        when raise_exception then
            return null;
        when syntax_error_or_access_rule_violation or invalid_transaction_state
            or feature_not_supported or invalid_schema_name or program_limit_exceeded
            or data_exception or sqlstate 'MC102'
        then
            return sqlerrm;
    end;
end
$function$;
comment on function cronmill.try_query(text, text, boolean, text, text, text, text)
    is 'Says why a query could not be done, without running it.';
revoke all on function cronmill.try_query(text, text, boolean, text, text, text, text) from public;

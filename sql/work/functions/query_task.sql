-- Reads the payload of a query task, {"query": "select ...", "partition_key": "city"} with hash, partition_datatype
-- and refresh as it likes, and adds the settings of its processor. A payload that cannot be done raises MC102: it
-- is dead at once. Executed by: the processor's run-as role, from its generated handler.
create or replace function cronmill.query_task(processor text, payload jsonb, element_type regtype)
returns cronmill.query_task
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    task cronmill.query_task;
    wrong text;
    key_type regtype;
    refresh_after interval;
begin
    select p.handler_search_path, p.result_limit, p.over_limit, p.refresh_after
    into task.search_path, task.result_limit, task.over_limit, refresh_after
    from cronmill.processor as p
    where p.name = query_task.processor
        and p.run_as = session_user
        and p.result_table is not null;
    if not found then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format('role "%s" may not run query processor "%s"', session_user, query_task.processor),
            detail = 'Only its run-as role may, connected as itself.';
    end if;
    if jsonb_typeof(query_task.payload) is distinct from 'object' then
        perform cronmill.raise_dead('the payload is not an object like {"query": "select ...", "partition_key": "..."}');
    end if;
    select string_agg(e.key, ', ' order by e.key) into wrong
    from jsonb_each(query_task.payload) as e
    where case
        when e.key in ('query', 'partition_key', 'hash') then jsonb_typeof(e.value) <> 'string' or e.value = '""'::jsonb
        when e.key = 'partition_datatype' then jsonb_typeof(e.value) not in ('string', 'null')
        when e.key = 'refresh' then jsonb_typeof(e.value) <> 'boolean'
        else false
    end;
    if wrong is not null then
        perform cronmill.raise_dead(format('the payload''s %s is not what it has to be', wrong));
    end if;
    if not query_task.payload ?& array['query', 'partition_key'] then
        perform cronmill.raise_dead('the payload lacks query or partition_key');
    end if;
    task.query := query_task.payload ->> 'query';
    task.partition_key := query_task.payload ->> 'partition_key';
    task.query_hash := coalesce(
        query_task.payload ->> 'hash', encode(sha256(convert_to(task.query, 'UTF8')), 'hex'));
    if query_task.payload ->> 'partition_datatype' <> '' then
        begin
            key_type := to_regtype(query_task.payload ->> 'partition_datatype');
        exception
            when syntax_error or undefined_object then
                null;
        end;
        if not coalesce(cronmill.fits_type(key_type, element_type), false) then
            perform cronmill.raise_dead(format('partition_datatype is %s, and the results are of type %s',
                query_task.payload ->> 'partition_datatype', element_type));
        end if;
    end if;
    task.computed_after := case
        -- A result that this very transaction has made will do: it is one batch.
        when (query_task.payload ->> 'refresh')::boolean then transaction_timestamp()
        else coalesce(clock_timestamp() - refresh_after, '-infinity'::timestamptz)
    end;
    return task;
end
$function$;
comment on function cronmill.query_task(text, jsonb, regtype) is 'Reads the payload of a query task; MC102 if it cannot be done.';
revoke all on function cronmill.query_task(text, jsonb, regtype) from public;

-- Whether every value of one type is one of the other: the same, its base type, or an implicit cast.
-- Executed by: query_task, check_query.
create or replace function cronmill.fits_type(given regtype, wanted regtype)
returns boolean
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select fits_type.wanted in (fits_type.given, b.base)
        or exists (
            select 1
            from pg_catalog.pg_cast as c
            where c.castsource = b.base and c.casttarget = fits_type.wanted and c.castcontext = 'i'
        )
    from pg_catalog.pg_type as t
    cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid)::regtype as base) as b
    where t.oid = fits_type.given;
end;
comment on function cronmill.fits_type(regtype, regtype) is 'Whether every value of one type is one of the other.';
revoke all on function cronmill.fits_type(regtype, regtype) from public;

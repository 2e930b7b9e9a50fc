-- Reads the payload of a query task, {"query": "select ...", "partition_key": "city"} with hash,
-- partition_datatype and refresh as it likes, and adds the settings of its processor. A payload
-- that cannot be done raises MC102: it is dead at once. One that is among the dead tasks already is
-- told as failed, until it is redriven, purged or asked for with refresh.
-- Executed by: the processor's run-as role, from its generated handler.
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
    own_queue_id integer;
    asked text;
begin
    select
        p.handler_search_path, p.result_limit, p.over_limit, p.refresh_after, p.name,
        p.result_table, p.result_layout = 'partitioncache', p.queue_id
    into
        task.search_path, task.result_limit, task.over_limit, refresh_after, task.processor,
        task.result_table, task.is_lenient, own_queue_id
    from cronmill.processor as p
    where p.name = query_task.processor
        and p.run_as = session_user
        and p.result_table is not null;
    if not found then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s" may not run query processor "%s"', session_user, query_task.processor),
            detail = 'Only its run-as role may, connected as itself.';
    end if;
    if jsonb_typeof(query_task.payload) is distinct from 'object' then
        perform cronmill.raise_dead(
            'the payload is not an object like {"query": "select ...", "partition_key": "..."}');
    end if;
    select string_agg(e.key, ', ' order by e.key) into wrong
    from jsonb_each(query_task.payload) as e
    where case
        when e.key in ('query', 'partition_key', 'hash')
            then jsonb_typeof(e.value) <> 'string' or e.value = '""'::jsonb
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
    task.datatype := nullif(query_task.payload ->> 'partition_datatype', '');
    if task.datatype is not null and not task.is_lenient then
        begin
            key_type := to_regtype(task.datatype);
        exception
            when syntax_error or undefined_object then
                null;
        end;
        if not coalesce(cronmill.fits_type(key_type, element_type), false) then
            perform cronmill.raise_dead(format(
                'partition_datatype is %s, and the results are of type %s',
                task.datatype, element_type));
        end if;
    end if;
    task.refreshes := coalesce((query_task.payload ->> 'refresh')::boolean, false);
    task.computed_after := case
        -- A result that this very transaction has made will do: it is one batch.
        when task.refreshes then transaction_timestamp()
        else coalesce(clock_timestamp() - refresh_after, '-infinity'::timestamptz)
    end;
    if not task.refreshes then
        asked := coalesce(query_task.payload ->> 'hash', task.query);
        select case d.error_sqlstate when '57014' then 'timeout' else 'failed' end into task.failure
        from cronmill.dead_task as d
        where d.queue_id = own_queue_id
            and d.payload ? 'partition_key'
            and hashtext(coalesce(d.payload ->> 'hash', d.payload ->> 'query')) = hashtext(asked)
            and coalesce(d.payload ->> 'hash', d.payload ->> 'query') = asked
            and d.payload ->> 'partition_key' = task.partition_key
        limit 1;
    end if;
    return task;
end
$function$;
comment on function cronmill.query_task(text, jsonb, regtype)
    is 'Reads the payload of a query task; MC102 if it cannot be done.';
revoke all on function cronmill.query_task(text, jsonb, regtype) from public;

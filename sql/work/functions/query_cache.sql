-- Results in the tables of PartitionCache, array back end, where the library that reads them finds them: of prefix p
-- tables p_queries (every query, its status and when it was last asked for), p_partition_metadata (the type of each
-- partition key) and p_cache_<partition key> (an array per query). All of it is done as the run-as role, but
-- for making the table of a partition key.

-- The table of a partition key's results, quoted, by that of the queries. Executed by: the functions below.
create or replace function cronmill.cache_table(result_table text, partition_key text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select format('%I.%I', n.parts[1], regexp_replace(n.parts[2], 'queries$', '') || 'cache_' || cache_table.partition_key)
    from (select parse_ident(cache_table.result_table) as parts) as n;
end;
comment on function cronmill.cache_table(text, text) is 'Table of the results of a partition key in PartitionCache''s layout.';
revoke all on function cronmill.cache_table(text, text) from public;

-- The table of the types of partition keys, likewise. Executed by: the functions below.
create or replace function cronmill.metadata_table(result_table text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select format('%I.%I', n.parts[1], regexp_replace(n.parts[2], 'queries$', '') || 'partition_metadata')
    from (select parse_ident(metadata_table.result_table) as parts) as n;
end;
comment on function cronmill.metadata_table(text) is 'Table of the types of partition keys in PartitionCache''s layout.';
revoke all on function cronmill.metadata_table(text) from public;

-- The type of a table's results; null if there is no such table. Executed by: cache_query, make_cache.
create or replace function cronmill.cache_type(cache_table text)
returns regtype
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select t.typelem::regtype
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where a.attrelid = to_regclass(cache_type.cache_table)
        and a.attname = 'partition_keys'
        and not a.attisdropped
        and t.typcategory = 'A';
end;
comment on function cronmill.cache_type(text) is 'Type of the results in a table of PartitionCache''s layout.';
revoke all on function cronmill.cache_type(text) from public;

-- Whether there is nothing to do: the result is there, or the query is remembered as failed. Then it notes when the query
-- was last asked for. Changes the queries table. Executed by: the processor's run-as role, from its generated handler.
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
        'select q.status from %s as q where q.query_hash = $1 and q.partition_key = $2', (task).result_table)
    into found_status using (task).query_hash, (task).partition_key;
    if cronmill.cache_type(cache_table) is not null then
        execute format('select exists (select from %s as c where c.query_hash = $1)', cache_table)
        into has_result using (task).query_hash;
    end if;
    if found_status <> 'ok' or (found_status = 'ok' and has_result) then
        execute format(
            'update %s as q set last_seen = now() where q.query_hash = $1 and q.partition_key = $2', (task).result_table)
        using (task).query_hash, (task).partition_key;
        return true;
    end if;
    if (task).failure is not null then
        -- It used up its attempts: what an application asks, whether the query is worth waiting for, has an answer now.
        perform cronmill.note_query(task, (task).failure);
        return true;
    end if;
    return false;
end
$function$;
comment on function cronmill.is_cached(cronmill.query_task) is 'Whether a query''s result is there in PartitionCache''s layout, or it is remembered as failed.';
revoke all on function cronmill.is_cached(cronmill.query_task) from public;

-- Notes how a query ended. An older table knows no status "limit". Changes the queries table.
-- Executed by: is_cached, cache_query.
create or replace function cronmill.note_query(task cronmill.query_task, status text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    statement constant text := format(
        'insert into %s as q (query_hash, partition_key, query, status, last_seen) values ($1, $2, $3, $4, now()) '
        'on conflict (query_hash, partition_key) do update '
        'set query = excluded.query, status = excluded.status, last_seen = excluded.last_seen',
        (task).result_table);
begin
    begin
        execute statement using (task).query_hash, (task).partition_key, (task).query, note_query.status;
    exception
        when check_violation then
            if note_query.status <> 'limit' then
                raise;
            end if;
            execute statement using (task).query_hash, (task).partition_key, (task).query, 'failed';
    end;
end
$function$;
comment on function cronmill.note_query(cronmill.query_task, text) is 'Notes in PartitionCache''s layout how a query ended.';
revoke all on function cronmill.note_query(cronmill.query_task, text) from public;

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
                when b.oid in ('float4'::regtype, 'float8'::regtype, 'numeric'::regtype) then 'float'
                when b.oid in ('timestamp'::regtype, 'timestamptz'::regtype, 'date'::regtype) then 'timestamp'
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
comment on function cronmill.query_datatype(cronmill.query_task) is 'What PartitionCache calls the type of a query''s values.';
revoke all on function cronmill.query_datatype(cronmill.query_task) from public;

-- Makes the table of a partition key's results. Who owns the queries table owns it, and has the same rights on it as
-- there; the run-as role writes it. Security definer, because that role need not be able to make tables: it takes a
-- name and one of four types. Returns the type of the values. Executed by: cache_query.
create or replace function cronmill.make_cache(processor text, partition_key text, datatype text)
returns regtype
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    queries record;
    cache_table text;
    names text[];
    cache regclass;
    operators record;
    grantee record;
begin
    select c.relowner, c.relacl, p.result_table, p.run_as into queries
    from cronmill.processor as p
    join pg_catalog.pg_class as c on c.oid = to_regclass(p.result_table)
    where p.name = make_cache.processor
        and p.run_as = session_user
        and p.result_layout = 'partitioncache';
    if not found then
        raise exception using
            errcode = 'MC003',
            message = format('role "%s" may not run query processor "%s"', session_user, make_cache.processor),
            detail = 'Only its run-as role may, connected as itself.';
    end if;
    cache_table := cronmill.cache_table(queries.result_table, make_cache.partition_key);
    names := parse_ident(cache_table);
    if octet_length(names[2]) > 63 then
        perform cronmill.raise_dead(format('the table of partition key %s would have a name of more than 63 bytes',
            make_cache.partition_key));
    end if;
    if coalesce(make_cache.datatype, '') not in ('integer', 'float', 'text', 'timestamp') then
        perform cronmill.raise_dead(format('partition_datatype is %s, and not integer, float, text or timestamp',
            make_cache.datatype));
    end if;
    -- One slot at a time makes tables. Whoever else takes the lock is not waited for: two that make the same are told so.
    if not cronmill.take_lock(1668443503, hashtext(queries.result_table), session_user) then
        perform cronmill.raise_snooze(clock_timestamp() + interval '1 second');
    end if;
    if to_regclass(cache_table) is not null then
        if cronmill.cache_type(cache_table) is null then
            perform cronmill.raise_dead(format('table %s keeps no results', cache_table));
        end if;
        return cronmill.cache_type(cache_table);
    end if;
    execute format(
        'create table %I.%I (query_hash text primary key, partition_keys %I[], partition_keys_count integer '
        'generated always as (case when partition_keys is null then null else cardinality(partition_keys) end) stored)',
        names[1], names[2],
        case make_cache.datatype
            when 'integer' then 'int4' when 'float' then 'numeric' when 'timestamp' then 'timestamp' else 'text'
        end);
    cache := to_regclass(cache_table);
    -- With extension intarray its operators, which read integers only, are the quicker ones.
    select n.nspname, o.opcname into operators
    from pg_catalog.pg_extension as e
    join pg_catalog.pg_depend as d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
        and d.classid = 'pg_opclass'::regclass
    join pg_catalog.pg_opclass as o on o.oid = d.objid and o.opcname = 'gin__int_ops'
    join pg_catalog.pg_namespace as n on n.oid = o.opcnamespace
    where e.extname = 'intarray' and make_cache.datatype = 'integer';
    if found then
        execute format('create index on %s using gin (partition_keys %I.%I)', cache, operators.nspname, operators.opcname);
    else
        execute format('create index on %s using gin (partition_keys)', cache);
    end if;
    execute format('grant select, insert, update on table %s to %I', cache, queries.run_as);
    for grantee in
        select case when a.grantee <> 0 then pg_catalog.pg_get_userbyid(a.grantee) end as name,
            lower(a.privilege_type) as privilege
        from aclexplode(queries.relacl) as a
        where a.grantee <> queries.relowner
            and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    loop
        -- A quoted name is a privilege, too.
        if grantee.name is null then
            execute format('grant %I on table %s to public', grantee.privilege, cache);
        else
            execute format('grant %I on table %s to %I', grantee.privilege, cache, grantee.name);
        end if;
    end loop;
    begin
        execute format('alter table %s owner to %I', cache, pg_catalog.pg_get_userbyid(queries.relowner));
    exception
        when insufficient_privilege then
            -- Then it stays the installer's, and the owner of the others gets what else it takes to work with it.
            execute format('grant all on table %s to %I', cache, pg_catalog.pg_get_userbyid(queries.relowner));
    end;
    return cronmill.cache_type(cache_table);
end
$function$;
comment on function cronmill.make_cache(text, text, text) is 'Makes the table of a partition key''s results in PartitionCache''s layout.';
revoke all on function cronmill.make_cache(text, text, text) from public;

-- Runs the query of a task and keeps its result in PartitionCache's layout, or why there is none: that is noted there
-- at once, and the task is dead. Changes the cache, metadata and queries tables.
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
            execute format('insert into %s (partition_key, datatype) values ($1, $2) on conflict do nothing',
                cronmill.metadata_table((task).result_table))
            using (task).partition_key, datatype;
        end if;
        execute format(
            'insert into %s as c (query_hash, partition_keys) values ($1, cronmill.query_result($2, null::%s)) '
            'on conflict (query_hash) do update set partition_keys = excluded.partition_keys '
            'returning cardinality(c.partition_keys)', cache_table, element_type)
        into total using (task).query_hash, task;
        if total > (task).result_limit then
            status := 'limit';
            perform cronmill.raise_dead(format('the query has more than %s values', (task).result_limit));
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
comment on function cronmill.cache_query(cronmill.query_task) is 'Runs the query of a task and keeps its result in PartitionCache''s layout.';
revoke all on function cronmill.cache_query(cronmill.query_task) from public;

-- Makes the table of a partition key's results. Who owns the queries table owns it, and has the
-- same rights on it as there; the run-as role writes it. Security definer, because that role need
-- not be able to make tables: it takes a name and one of four types. Returns the type of the
-- values.
-- Executed by: cache_query.
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
            message = format(
                'role "%s" may not run query processor "%s"', session_user, make_cache.processor),
            detail = 'Only its run-as role may, connected as itself.';
    end if;
    cache_table := cronmill.cache_table(queries.result_table, make_cache.partition_key);
    names := parse_ident(cache_table);
    if octet_length(names[2]) > 63 then
        perform cronmill.raise_dead(format(
            'the table of partition key %s would have a name of more than 63 bytes',
            make_cache.partition_key));
    end if;
    if coalesce(make_cache.datatype, '') not in ('integer', 'float', 'text', 'timestamp') then
        perform cronmill.raise_dead(format(
            'partition_datatype is %s, and not integer, float, text or timestamp',
            make_cache.datatype));
    end if;
    -- One slot at a time makes tables. Whoever else takes the lock is not waited for: two that make
    -- the same are told so.
    if not cronmill.take_lock(
        cronmill.lock_class('query'), hashtext(queries.result_table), session_user)
    then
        perform cronmill.raise_snooze(clock_timestamp() + interval '1 second');
    end if;
    if to_regclass(cache_table) is not null then
        if cronmill.cache_type(cache_table) is null then
            perform cronmill.raise_dead(format('table %s keeps no results', cache_table));
        end if;
        return cronmill.cache_type(cache_table);
    end if;
    execute format(
        'create table %I.%I (query_hash text primary key, partition_keys %I[], '
        'partition_keys_count integer generated always as '
        '(case when partition_keys is null then null else cardinality(partition_keys) end) '
        'stored)',
        names[1], names[2],
        case make_cache.datatype
            when 'integer' then 'int4'
            when 'float' then 'numeric'
            when 'timestamp' then 'timestamp'
            else 'text'
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
        execute format(
            'create index on %s using gin (partition_keys %I.%I)',
            cache, operators.nspname, operators.opcname);
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
        execute format(
            'alter table %s owner to %I', cache, pg_catalog.pg_get_userbyid(queries.relowner));
    exception
        when insufficient_privilege then
            -- Then it stays the installer's, and the owner of the others gets what else it takes to
            -- work with it.
            execute format(
                'grant all on table %s to %I', cache, pg_catalog.pg_get_userbyid(queries.relowner));
    end;
    return cronmill.cache_type(cache_table);
end
$function$;
comment on function cronmill.make_cache(text, text, text)
    is 'Makes the table of a partition key''s results in PartitionCache''s layout.';
revoke all on function cronmill.make_cache(text, text, text) from public;

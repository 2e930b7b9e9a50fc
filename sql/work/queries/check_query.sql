-- Refuses a query, of which pg_temp.cronmill_query has been made, that has not one column of the
-- type wanted, or that calls a function whose result may change from one moment to the next. Such a
-- result is not worth keeping; and what is volatile is all that could do harm: release the slot's
-- lock, publish another deadline, stop other backends, write by dblink, run SQL from text. The
-- functions are those the parsed query names, in whatever way.
-- Executed by: query_result, try_query.
create or replace function cronmill.check_query(element_type regtype, leniently boolean)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    query_view constant regclass := to_regclass('pg_temp.cronmill_query');
    columns record;
    refused record;
begin
    select count(*) as total, min(a.atttypid)::regtype as value_type
    into columns
    from pg_catalog.pg_attribute as a
    where a.attrelid = query_view and a.attnum > 0;
    if columns.total <> 1 then
        raise exception using
            errcode = 'datatype_mismatch',
            message = format('the query has %s columns', columns.total),
            detail = 'Its only column has to have the values of the result.';
    end if;
    if not cronmill.fits_type(columns.value_type, element_type, leniently) then
        raise exception using
            errcode = 'datatype_mismatch',
            message = format('the query''s column has type %s, and the results are of type %s',
                columns.value_type, element_type),
            hint = 'Cast it in the query.';
    end if;
    -- A name of the query's own cannot be taken for one of these: a space in it is written with a
    -- backslash.
    select
        string_agg(distinct p.oid::regprocedure::text, ', ')
            filter (where p.provolatile = 'v') as volatile,
        string_agg(distinct p.oid::regprocedure::text, ', ')
            filter (where p.provolatile = 'v' and p.pronamespace <> 'pg_catalog'::regnamespace)
            as own,
        string_agg(distinct p.oid::regprocedure::text, ', ')
            filter (where e.extname is not null) as running,
        -- The parser's own nodes, XMLELEMENT and the like and XMLTABLE, are no functions.
        bool_or(
            'xml'::regtype = any (array[p.prorettype] || p.proargtypes::oid[])
            or p.proname ~ '^xml_'
            -- JSON_TABLE is a node of that kind, too.
            or r.ev_action::text ~ '\{(XMLEXPR\M|TABLEFUNC (?!:functype 1\M))')
            as has_xml
    into refused
    from pg_catalog.pg_rewrite as r
    left join lateral regexp_matches(
        r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g'
    ) as m (groups) on true
    left join pg_catalog.pg_proc as p on p.oid = m.groups[1]::oid
    left join pg_catalog.pg_depend as d
        on d.classid = 'pg_proc'::regclass
            and d.objid = p.oid
            and d.refclassid = 'pg_extension'::regclass
    -- They say of themselves that they are stable, and run SQL from text.
    left join pg_catalog.pg_extension as e
        on e.oid = d.refobjid and e.extname in ('tablefunc', 'xml2')
    where r.ev_class = query_view;
    if refused.volatile is not null then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('a query may not call %s', refused.volatile),
            detail = 'It is volatile: its result may change from one moment to the next, '
                'and it may have side effects.',
            hint = case when refused.own is not null
                then format('If that is not so: alter function %s stable;', refused.own)
                else ''
            end;
    elsif refused.has_xml then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'a query may not call XML functions',
            detail = 'They heed no cancel: '
                'one that does not end would not be stopped at its timeout.';
    elsif refused.running is not null then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('a query may not call %s', refused.running),
            detail = 'It runs SQL from text.';
    end if;
end
$function$;
comment on function cronmill.check_query(regtype, boolean)
    is 'Refuses a query that has the wrong columns or calls volatile functions.';
revoke all on function cronmill.check_query(regtype, boolean) from public;

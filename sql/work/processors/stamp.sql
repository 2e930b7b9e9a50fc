-- The stamp of this database: tells the original from a copy. Read by setup and assert_original.
-- Executed by: copy_difference; the installer.
create or replace function cronmill.stamp(
    out system_identifier bigint,
    out database_oid oid,
    out database_name text,
    out port integer,
    out data_directory text
)
returns record
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    select c.system_identifier, d.oid, d.datname
    into stamp.system_identifier, stamp.database_oid, stamp.database_name
    from pg_catalog.pg_control_system() as c
    cross join pg_catalog.pg_database as d
    where d.datname = pg_catalog.current_database();
    stamp.port := pg_catalog.current_setting('port')::integer;
    -- Only pg_read_all_settings may see it; without it the other four have to do.
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
        stamp.data_directory := pg_catalog.current_setting('data_directory');
    end if;
end
$function$;
comment on function cronmill.stamp()
    is 'System identifier, oid and name of this database, port and, where readable, '
        'data directory of the server.';
revoke all on function cronmill.stamp() from public;

-- By what this database is seen to be a copy of the one Cronmill was installed in: null in the
-- original.
-- Executed by: assert_original, processor_status; monitors.
create or replace function cronmill.copy_difference()
returns text
language plpgsql volatile parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    here record;
    there cronmill.installation;
begin
    select s.system_identifier, s.database_oid, s.database_name, s.port, s.data_directory
    into here
    from cronmill.stamp() as s;
    select i.* into strict there from cronmill.installation as i;
    return case
        when here.system_identifier <> there.system_identifier then 'it is in another cluster'
        when here.database_name <> there.database_name
            then pg_catalog.format(
                'it is named "%s" now, and was "%s"', here.database_name, there.database_name)
        when here.database_oid <> there.database_oid then 'its oid is another one'
        when here.port <> there.port
            then pg_catalog.format(
                'the server listens on port %s now, and did on %s', here.port, there.port)
        when here.data_directory <> there.data_directory
            then 'the server has another data directory'
    end;
end
$function$;
comment on function cronmill.copy_difference()
    is 'By what this database is seen to be a copy of the one Cronmill was installed in; '
        'null in the original.';
revoke all on function cronmill.copy_difference() from public;

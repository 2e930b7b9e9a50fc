-- Refuses with MC007 if this database is a copy of the one Cronmill was installed in: its tasks would
-- be done twice, and a change would rewrite the original's jobs through the copied link.
-- Executed by: begin_run and the sync trigger.
create or replace function cronmill.assert_original()
returns void
language plpgsql volatile parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    here record;
    there cronmill.installation;
    difference text;
begin
    select s.system_identifier, s.database_oid, s.database_name, s.port, s.data_directory
    into here
    from cronmill.stamp() as s;
    select i.* into strict there from cronmill.installation as i;
    difference := case
        when here.system_identifier <> there.system_identifier then 'it is in another cluster'
        when here.database_name <> there.database_name
            then pg_catalog.format('it is named "%s" now, and was "%s"', here.database_name, there.database_name)
        when here.database_oid <> there.database_oid then 'its oid is another one'
        when here.port <> there.port
            then pg_catalog.format('the server listens on port %s now, and did on %s', here.port, there.port)
        when here.data_directory <> there.data_directory then 'the server has another data directory'
    end;
    if difference is not null then
        raise exception using
            errcode = 'MC007',
            message = pg_catalog.format('database "%s" is not the one Cronmill was installed in', here.database_name),
            detail = pg_catalog.format('Since then %s: it was copied, restored, renamed or promoted.', difference),
            hint = pg_catalog.format('If this database is to take over: cronmill sync --adopt --database %s',
                cronmill.shell_word(here.database_name));
    end if;
end
$function$;
comment on function cronmill.assert_original() is 'Raises MC007 in a copy of the database Cronmill was installed in.';
revoke all on function cronmill.assert_original() from public;

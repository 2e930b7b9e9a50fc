-- Refuses with MC007 if this database is a copy of the one Cronmill was installed in: its tasks
-- would be done twice, and a change would rewrite the original's jobs through the copied link.
-- Executed by: begin_run, sync_processor.
create or replace function cronmill.assert_original()
returns void
language plpgsql volatile parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    difference constant text := cronmill.copy_difference();
begin
    if difference is not null then
        raise exception using
            errcode = 'MC007',
            message = pg_catalog.format(
                'database "%s" is not the one Cronmill was installed in',
                pg_catalog.current_database()),
            detail = pg_catalog.format(
                'Since then %s: it was copied, restored, renamed or promoted.', difference),
            hint = pg_catalog.format(
                'If this database is to take over: cronmill sync --adopt --database %s',
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
end
$function$;
comment on function cronmill.assert_original()
    is 'Raises MC007 in a copy of the database Cronmill was installed in.';
revoke all on function cronmill.assert_original() from public;

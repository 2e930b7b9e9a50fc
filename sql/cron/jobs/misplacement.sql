-- Why pg_cron would run a job elsewhere than on this server, as the end of a sentence; null if it
-- would not. A job keeps host and port of the server it was made on.
-- Executed by: noted_jobs.
create or replace function cronmill_cron.misplacement(nodename text, nodeport integer)
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    if nodeport <> pg_catalog.current_setting('port')::integer then
        return pg_catalog.format('was made on a server with port %s, this one has %s', nodeport,
            pg_catalog.current_setting('port'));
    end if;
    -- Who may not read the setting cannot compare it.
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage')
        and nodename <> pg_catalog.current_setting('cron.host', true)
    then
        return pg_catalog.format('connects to host "%s", cron.host is "%s"', nodename,
            pg_catalog.current_setting('cron.host', true));
    end if;
    return null;
end
$function$;
comment on function cronmill_cron.misplacement(text, integer)
    is 'Why pg_cron would run a job elsewhere; null if it would not.';
revoke all on function cronmill_cron.misplacement(text, integer) from public;

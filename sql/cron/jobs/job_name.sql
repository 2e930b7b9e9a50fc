-- Name of a slot's job: `cronmill <database>/<processor>#<slot>`, cut to 63 bytes with a hash,
-- because pg_cron 1.4 cuts longer ones, and then they overwrite each other. With a hash, too, where
-- a name has a slash: processor b/c of database a would overwrite the job of processor c of
-- database a/b.
-- Executed by: history, lost_jobs, noted_jobs, reconcile.
create or replace function cronmill_cron.job_name(database_name text, processor text, slot integer)
returns text
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    whole constant text := 'cronmill ' || database_name || '/' || processor;
    ending text := '#' || slot::text;
    shown text := whole;
begin
    if octet_length(whole || ending) > 63 or strpos(database_name || processor, '/') > 0 then
        -- The slash may stand in either name: the hash is of both, kept apart by their lengths.
        ending := '~'
            || left(
                md5(length(database_name)::text || '/' || database_name || '/' || processor), 16)
            || ending;
    end if;
    while octet_length(shown || ending) > 63 loop
        shown := left(shown, -1);
    end loop;
    return shown || ending;
end
$function$;
comment on function cronmill_cron.job_name(text, text, integer)
    is 'Name of a slot''s job, at most 63 bytes.';
revoke all on function cronmill_cron.job_name(text, text, integer) from public;

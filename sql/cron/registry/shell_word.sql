-- A text as one word of a shell's command line, for the commands in hints: in single quotes where
-- the shell would read anything else of it.
-- Executed by: deliver_to, differences_now, forbid_run_as, processor_troubles,
-- take_settings.
create or replace function cronmill_cron.shell_word(word text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when word ~ '^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+,-]*$' then word
        else concat('''', replace(word, '''', '''\'''''), '''')
    end;
end;
comment on function cronmill_cron.shell_word(text)
    is 'A text as one word of a shell''s command line.';
revoke all on function cronmill_cron.shell_word(text) from public;

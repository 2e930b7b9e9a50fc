-- The schedule of a housekeeper's job. That of watch lasts until the next minute begins, and the
-- next one follows at once, however often pg_cron could start it; but the first one, and that after
-- a crash, is not to be waited for until then: processors that sleep are woken by nobody else.
-- Executed by: differences_now, keep_house.
create or replace function cronmill_cron.house_schedule(name text)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return case
        when house_schedule.name = 'watch' and cronmill_cron.supports_seconds() then '5 seconds'
        else '* * * * *'
    end;
end
$function$;
comment on function cronmill_cron.house_schedule(text)
    is 'The schedule of a housekeeper''s job.';
revoke all on function cronmill_cron.house_schedule(text) from public;

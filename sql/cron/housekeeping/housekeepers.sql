-- The housekeepers' jobs, and as whom they run: watch and house as the registry's owner while there
-- is a work database, deliver as the alarm role while somebody is told of alarms, too.
-- Executed by: capacity, differences_now, keep_house.
create or replace function cronmill_cron.housekeepers()
returns table (name text, run_as text, is_wanted boolean)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select j.name, j.run_as, j.is_wanted and exists (select from cronmill_cron.work_database)
    from cronmill_cron.housekeeping as h
    cross join lateral (
        values
            ('watch', current_user::text, true),
            ('house', current_user::text, true),
            ('deliver', h.alarm_role, h.alarm_role is not null)
    ) as j (name, run_as, is_wanted);
end;
comment on function cronmill_cron.housekeepers()
    is 'The housekeepers'' jobs, and whether they are wanted.';
revoke all on function cronmill_cron.housekeepers() from public;

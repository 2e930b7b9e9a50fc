-- Refuses more slots or jobs than a work database may have, so that one does not use up what all
-- share.
-- Executed by: take_settings.
create or replace function cronmill_cron.assert_quota(work_database_id integer)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    quota record;
begin
    select
        w.name, coalesce(w.max_slots, i.max_slots) as max_slots,
        coalesce(w.max_jobs, i.max_jobs) as max_jobs,
        coalesce(sum(p.slots) filter (where p.enabled), 0) as slots,
        coalesce(sum(p.slots), 0) as jobs
    into quota
    from cronmill_cron.work_database as w
    cross join cronmill_cron.installation as i
    left join cronmill_cron.processor as p on p.work_database_id = w.work_database_id
    where w.work_database_id = assert_quota.work_database_id
    group by w.name, w.max_slots, w.max_jobs, i.max_slots, i.max_jobs;
    if quota.slots > quota.max_slots or quota.jobs > quota.max_jobs then
        raise exception using
            errcode = 'MC004',
            message = case when quota.slots > quota.max_slots
                then pg_catalog.format(
                    'database "%s" would have %s slots of enabled processors, and may have %s',
                    quota.name, quota.slots, quota.max_slots)
                else pg_catalog.format(
                    'database "%s" would have %s jobs, and may have %s',
                    quota.name, quota.jobs, quota.max_jobs)
            end,
            detail = 'All databases share what pg_cron can run.',
            hint = pg_catalog.format(
                'The registry''s owner may say more: '
                'select cronmill_cron.set_quota(%L, slots => %s, jobs => %s);',
                quota.name, greatest(quota.slots, quota.max_slots),
                greatest(quota.jobs, quota.max_jobs));
    end if;
end
$function$;
comment on function cronmill_cron.assert_quota(integer)
    is 'Refuses more slots or jobs than a work database may have.';
revoke all on function cronmill_cron.assert_quota(integer) from public;

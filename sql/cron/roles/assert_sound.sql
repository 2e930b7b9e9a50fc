-- Refuses where the functions of a role may not be called.
-- Executed by: assert_seen, change_job, remove_runs, schedule_job, unschedule_job.
create or replace function cronmill_cron.assert_sound(role_name text)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    fault text;
begin
    fault := cronmill_cron.role_fault(assert_sound.role_name);
    if fault is not null then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'the functions of role "%s" in schema cronmill_run_as may not be called',
                assert_sound.role_name),
            detail = pg_catalog.format(
                'The registry makes and sees the jobs of the role by them: %s.', fault),
            hint = 'cronmill setup makes them what they were.';
    end if;
end
$function$;
comment on function cronmill_cron.assert_sound(text)
    is 'Refuses where the functions of a role may not be called.';
revoke all on function cronmill_cron.assert_sound(text) from public;

-- Removes a job, by its jobid. Changes cron.job.
-- Executed by: keep_house, reconcile.
create or replace function cronmill_cron.unschedule_job(run_as text, jobid bigint)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    for attempt in 1 .. 5 loop
        begin
            if cronmill_cron.acts_for_all_roles() then
                perform cron.unschedule(jobid);
            elsif run_as = current_user then
                perform cronmill_cron.as_role(jobid);
            else
                perform cronmill_cron.assert_sound(run_as);
                execute pg_catalog.format('select cronmill_run_as.%I($1)', run_as) using jobid;
            end if;
            return;
        exception
            -- pg_cron waits for whoever changes the job, as the dispatcher does, and then ends with
            -- "tuple concurrently updated".
            when internal_error then
                if attempt = 5 then
                    raise;
                end if;
        end;
    end loop;
end
$function$;
comment on function cronmill_cron.unschedule_job(text, bigint) is 'Removes a job, by its jobid.';
revoke all on function cronmill_cron.unschedule_job(text, bigint) from public;

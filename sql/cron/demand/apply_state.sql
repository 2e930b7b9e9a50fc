-- Gives the jobs of a processor that sleeps the schedule of its state; see job_schedule. Of a job
-- that is gone, or another's by now, sync tells. Changes cron.job.
-- Executed by: add_slots, keep_slots, set_state, take_rest, wake_database.
create or replace function cronmill_cron.apply_state(work_database_id integer, processor text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    perform cronmill_cron.change_job(
        o.run_as, o.jobid, cronmill_cron.job_schedule(p.schedule, o.slot, d), null, null, null)
    from cronmill_cron.demand as d
    join cronmill_cron.processor as p
        on p.work_database_id = d.work_database_id and p.name = d.processor
    join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
    join cronmill_cron.job as o
        on o.database_name = w.name and o.processor = d.processor and o.removed_at is null
        and o.slot between 1 and p.slots
    where d.work_database_id = apply_state.work_database_id
        and d.processor = apply_state.processor
        and (
            not cronmill_cron.acts_for_all_roles()
            or exists (
                select
                from cron.job as j
                where j.jobid = o.jobid
                    and (j.command, j.database)
                        = (cronmill_cron.job_command(o.processor, o.slot), o.database_name)
            )
        );
end
$function$;
comment on function cronmill_cron.apply_state(integer, text)
    is 'Gives the jobs of a processor that sleeps the schedule of its state.';
revoke all on function cronmill_cron.apply_state(integer, text) from public;

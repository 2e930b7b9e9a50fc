-- Schedules a job, whatever its trigger has made of it meanwhile: the body of a `do`.
-- {{name}}, a literal: of the job.
-- {{schedule}}, a literal: its schedule.
-- {{command}}, a literal: its command.
-- {{database}}, a literal: where it runs.
-- {{role}}, a literal: as whom.
-- {{active}}: whether it is.
declare
    -- Who is no superuser may not name a role, not even the own.
    owner constant text := nullif({{role}}, current_user);
    found_id constant bigint := cron.schedule_in_database(
        {{name}}, {{schedule}}, {{command}}, {{database}}, owner);
begin
    perform cron.alter_job(found_id, {{schedule}}, {{command}}, {{database}}, null, {{active}});
end

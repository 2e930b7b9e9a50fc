-- Jobs of pg_cron that a take-over has unscheduled, as they were: --undo schedules them again.
create table cronmill.adopted_job (
    adoption_id integer not null,
    job_name text collate "C" not null,
    role_name text collate "C" not null,
    schedule text not null,
    command text not null,
    active boolean not null,
    constraint adopted_job_pkey primary key (adoption_id, job_name, role_name),
    constraint adopted_job_adoption_exists foreign key (adoption_id)
        references cronmill.adoption (adoption_id) on delete cascade
);
comment on table cronmill.adopted_job is 'Jobs that a take-over has unscheduled, as they were.';
comment on column cronmill.adopted_job.adoption_id is 'The take-over.';
comment on column cronmill.adopted_job.job_name is 'Name of the job.';
comment on column cronmill.adopted_job.role_name is 'Role it ran as.';
comment on column cronmill.adopted_job.schedule is 'Its schedule.';
comment on column cronmill.adopted_job.command is 'Its command.';
comment on column cronmill.adopted_job.active is 'Whether it was active.';

-- Registers databases reports_N above :adopted as setup would, with their processors disabled, and writes :rows rows of
-- history over the last seven days: half of them of our jobs, half of jobs of others that are gone.
-- Run in the cron database.
begin;
insert into cronmill_cron.work_database (name, link_role)
select 'reports_' || n, 'reports_link_' || n from generate_series(:adopted + 1, :databases) as n;
insert into cronmill_cron.run_as (work_database_id, role_name)
select w.work_database_id, 'bench_runner' from cronmill_cron.work_database as w where w.link_role like 'reports\_link\_%';
insert into cronmill_cron.processor (work_database_id, name, enabled, slots, schedule, linger, run_as)
select w.work_database_id, p.name, false, p.slots, p.schedule, p.linger, p.run_as
from cronmill_cron.processor as p
join cronmill_cron.work_database as o on o.work_database_id = p.work_database_id and o.name = 'reports_1'
cross join cronmill_cron.work_database as w
where w.link_role like 'reports\_link\_%';
insert into cronmill_cron.job (jobid, database_name, processor, slot, run_as)
select
    cron.schedule_in_database(
        cronmill_cron.job_name(w.name, p.name, 1), p.schedule, cronmill_cron.job_command(p.name, 1), w.name, p.run_as, false),
    w.name, p.name, 1, p.run_as
from cronmill_cron.processor as p
join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
where w.link_role like 'reports\_link\_%';
select setval('cron.runid_seq', (select coalesce(max(runid), 0) from cron.job_run_details) + :rows + 1) as next_runid
\gset
with ours as (
    select array_agg(o.jobid) as jobids from cronmill_cron.job as o where o.slot > 0 and o.database_name like 'reports\_%'
)
insert into cron.job_run_details (
    jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time
)
select
    case when n % 2 = 0 then ours.jobids[1 + (n / 2) % cardinality(ours.jobids)] else 1000000 + n % 100 end,
    :next_runid - :rows + n, 1000 + n % 1000, 'postgres', 'bench_runner', 'call cronmill_processor.queue_1(1)',
    case when n % 97 = 0 then 'failed' else 'succeeded' end,
    case when n % 97 = 0 then 'ERROR:  something was not as expected' else 'CALL' end,
    clock_timestamp() - (:rows - n) * interval '7 days' / :rows,
    clock_timestamp() - (:rows - n) * interval '7 days' / :rows + interval '50 milliseconds'
from ours
cross join generate_series(0, :rows - 1) as n;
commit;
vacuum (analyze) cron.job_run_details;

-- Registers databases PREFIX_N above :adopted, up to :databases, as setup would, with their processors disabled; they are
-- copies of PREFIX_1. Run in the cron database.
begin;
create temporary table copy on commit drop as
select :'prefix' || '_' || n as name, :'prefix' || '_link_' || n as link_role
from generate_series(:adopted + 1, :databases) as n;
insert into cronmill_cron.work_database (name, database_oid, link_role)
select c.name, d.oid, c.link_role from copy as c join pg_database as d on d.datname = c.name;
insert into cronmill_cron.run_as (work_database_id, role_name)
select w.work_database_id, 'bench_runner' from cronmill_cron.work_database as w join copy as c on c.name = w.name;
insert into cronmill_cron.processor (work_database_id, name, enabled, slots, schedule, linger, run_as)
select w.work_database_id, p.name, false, p.slots, p.schedule, p.linger, p.run_as
from cronmill_cron.processor as p
join cronmill_cron.work_database as o on o.work_database_id = p.work_database_id and o.name = :'prefix' || '_1'
cross join (cronmill_cron.work_database as w join copy as c on c.name = w.name);
insert into cronmill_cron.job (jobid, database_name, processor, slot, run_as)
select
    cron.schedule_in_database(
        cronmill_cron.job_name(w.name, p.name, 1), p.schedule, cronmill_cron.job_command(p.name, 1), w.name, p.run_as, false),
    w.name, p.name, 1, p.run_as
from cronmill_cron.processor as p
join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
join copy as c on c.name = w.name;
commit;

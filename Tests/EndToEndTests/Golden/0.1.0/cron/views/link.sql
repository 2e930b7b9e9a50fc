-- The registry as a link role sees it: the processors of its own database; an insert is an order.
-- Read and inserted into by: link roles, through their foreign table cronmill.registry.
create or replace view cronmill_cron.link with (security_barrier = true) as
select p.name, p.enabled, p.slots, p.schedule, p.linger, p.run_as, false as removed,
    null::text as warning
from cronmill_cron.processor as p
join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
where w.link_role = session_user;
comment on view cronmill_cron.link
    is 'A link role''s own processors; inserting a row orders its jobs.';
create or replace trigger link_insert
instead of insert on cronmill_cron.link
for each row execute function cronmill_cron.take_link();
comment on trigger link_insert on cronmill_cron.link is 'Takes the order.';

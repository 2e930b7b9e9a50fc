-- Where a link role says how the processors of its own database are; it has nothing to read.
-- Inserted into by: link roles, through their foreign table cronmill.registry_backlog.
create or replace view cronmill_cron.link_backlog with (security_barrier = true) as
select b.processor as name, b.ready, b.oldest_ready_seconds, b.dead, b.done, b.failed, b.paused,
    b.held, b.unfired, b.runs_total, b.failed_runs_total, b.done_total, b.failed_total,
    b.dead_total, b.no_handler
from cronmill_cron.backlog as b
join cronmill_cron.work_database as w on w.work_database_id = b.work_database_id
where w.link_role = session_user;
comment on view cronmill_cron.link_backlog
    is 'What a link role''s own processors said of themselves; an insert says it.';
create or replace trigger link_backlog_insert
instead of insert on cronmill_cron.link_backlog
for each row execute function cronmill_cron.take_link_backlog();
comment on trigger link_backlog_insert on cronmill_cron.link_backlog is 'Takes it.';

-- Where a link role says that processors of its own database fall asleep, give way, or are awake;
-- it has nothing to read. Inserted into by: link roles, through their foreign table
-- cronmill.registry_rest.
create or replace view cronmill_cron.link_rest with (security_barrier = true) as
select
    d.processor as name, d.state, d.heard, d.next_at, d.slot_ids, null::boolean as had_tasks,
    d.wanted_slots
from cronmill_cron.demand as d
join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
where w.link_role = session_user;
comment on view cronmill_cron.link_rest
    is 'The sleep of a link role''s own processors; an insert tells of it.';
create or replace trigger link_rest_insert
instead of insert on cronmill_cron.link_rest
for each row execute function cronmill_cron.take_link_rest();
comment on trigger link_rest_insert on cronmill_cron.link_rest is 'Takes it.';

-- An alarm as the alarm function is told it: whether it is raised or cleared, and what it is about.
-- Executed by: next_message.
create or replace function cronmill_cron.alarm_message(alarm cronmill_cron.alarm, event text)
returns jsonb
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select jsonb_build_object(
        'event', event,
        'id', alarm.alarm_id,
        'kind', alarm.kind,
        'database', alarm.database_name,
        'processor', alarm.processor,
        'detail', alarm.detail,
        'raised_at', alarm.raised_at,
        'cleared_at', alarm.cleared_at
    );
end;
comment on function cronmill_cron.alarm_message(cronmill_cron.alarm, text)
    is 'An alarm as it is told: raised, or cleared.';
revoke all on function cronmill_cron.alarm_message(cronmill_cron.alarm, text) from public;

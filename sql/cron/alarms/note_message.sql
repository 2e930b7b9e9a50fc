-- Notes how the call ended. Changes cronmill_cron.alarm.
-- Executed by: deliver; the alarm role, through deliver.
create or replace function cronmill_cron.note_message(alarm_id bigint, event text, error text)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update cronmill_cron.alarm as a
    set
        raised_told_at = case
            when note_message.error is null and note_message.event = 'raised' then clock_timestamp()
            else a.raised_told_at
        end,
        cleared_told_at = case
            when note_message.error is null and note_message.event = 'cleared'
                then clock_timestamp()
            else a.cleared_told_at
        end,
        tell_attempts = case when note_message.error is null then 0 else a.tell_attempts end,
        tell_tried_at = case when note_message.error is not null then a.tell_tried_at end,
        tell_error = left(note_message.error, 1000)
    where a.alarm_id = note_message.alarm_id
        and exists (select from cronmill_cron.housekeeping as h where h.alarm_role = session_user);
end;
comment on function cronmill_cron.note_message(bigint, text, text)
    is 'Notes how a call of the alarm function ended.';
revoke all on function cronmill_cron.note_message(bigint, text, text) from public;

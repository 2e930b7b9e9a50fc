-- The next alarm that the function has not been told of, and that it is told now, taken for a
-- failure beforehand. Changes cronmill_cron.alarm.
-- Executed by: deliver; the alarm role, through deliver.
create or replace function cronmill_cron.next_message(
    out alarm_id bigint, out event text, out message jsonb, out routine oid
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    told cronmill_cron.alarm;
    fault text;
begin
    select h.alarm_routine into next_message.routine
    from cronmill_cron.housekeeping as h
    where h.alarm_role = session_user;
    if not found then
        return;
    end if;
    fault := cronmill_cron.alarm_fault();
    if fault is not null then
        raise exception using
            errcode = 'MC018',
            message = pg_catalog.format('nobody is told of alarms: %s', fault),
            hint = 'cronmill alarms deliver FUNCTION --run-as ROLE';
    end if;
    update cronmill_cron.alarm as a
    set
        tell_attempts = a.tell_attempts + 1,
        tell_error = 'The call did not end.',
        tell_tried_at = clock_timestamp()
    where a.alarm_id = (
        select o.alarm_id
        from cronmill_cron.alarm as o
        where (o.raised_told_at is null or o.cleared_at is not null and o.cleared_told_at is null)
            and o.tell_attempts < 5
            -- Once in a run, so that one that fails does not stop the others.
            and (o.tell_tried_at < clock_timestamp() - interval '50 seconds') is not false
        order by o.alarm_id
        limit 1
        for update skip locked
    )
    returning a.* into told;
    next_message.alarm_id := told.alarm_id;
    next_message.event := case when told.raised_told_at is null then 'raised' else 'cleared' end;
    next_message.message := cronmill_cron.alarm_message(told, next_message.event);
end
$function$;
comment on function cronmill_cron.next_message()
    is 'The next alarm that the alarm function has to be told of.';
revoke all on function cronmill_cron.next_message() from public;

-- The lowest and the highest value of a field of a schedule: minute, hour, day, month, weekday. 7
-- is Sunday too; a step over all days reaches it.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: schedule_fault, schedule_item, schedule_values.
create or replace function cronmill_cron.schedule_range(field integer)
returns integer[]
language sql immutable parallel safe security invoker
begin atomic
    select case schedule_range.field
        when 1 then array[0, 59]
        when 2 then array[0, 23]
        when 3 then array[1, 31]
        when 4 then array[1, 12]
        when 5 then array[0, 7]
    end;
end;
comment on function cronmill_cron.schedule_range(integer)
    is 'The lowest and the highest value of a field of a schedule.';
revoke all on function cronmill_cron.schedule_range(integer) from public;

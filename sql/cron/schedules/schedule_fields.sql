-- The fields of a schedule, as pg_cron parts them: only two characters are blanks to it. Of @hourly
-- and its like those that they stand for.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: check_schedule, fields_fault, nearest_due.
create or replace function cronmill_cron.schedule_fields(schedule text)
returns text[]
language sql immutable parallel safe security invoker
begin atomic
    select case f.fields[1]
        when '@hourly' then array['0', '*', '*', '*', '*']
        when '@daily' then array['0', '0', '*', '*', '*']
        when '@midnight' then array['0', '0', '*', '*', '*']
        when '@weekly' then array['0', '0', '*', '*', '0']
        when '@monthly' then array['0', '0', '1', '*', '*']
        else f.fields
    end
    from (
        select regexp_split_to_array(btrim(schedule_fields.schedule, e' \t'), e'[ \t]+') as fields
    ) as f;
end;
comment on function cronmill_cron.schedule_fields(text) is 'The fields of a schedule.';
revoke all on function cronmill_cron.schedule_fields(text) from public;

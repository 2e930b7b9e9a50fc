-- Whether a task may have it as its timeout: more than nothing, a day at most. A month is compared
-- as 30 days and added as what it is: of many of them less as many days is small, and no time. Not
-- in SQL, which would become part of the check: PostgreSQL reads the text of a check anew for every
-- statement that inserts, and this one took longer than the insert.
-- Executed by: check_task, task_checks; everybody who inserts into cronmill.task.
create or replace function cronmill.is_timeout(timeout interval)
returns boolean
language plpgsql immutable strict parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return is_timeout.timeout > interval '0' and is_timeout.timeout <= interval '1 day'
        and extract(year from is_timeout.timeout) = 0
        and extract(day from is_timeout.timeout) between -365 and 365;
end
$function$;
comment on function cronmill.is_timeout(interval) is 'Whether a task may have it as its timeout.';

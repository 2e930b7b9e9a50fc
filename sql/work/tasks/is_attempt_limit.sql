-- Whether a task may have it as its max_attempts. Not in SQL: see is_timeout.
-- Executed by: check_task, task_checks; everybody who inserts into cronmill.task.
create or replace function cronmill.is_attempt_limit(max_attempts integer)
returns boolean
language plpgsql immutable strict parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return is_attempt_limit.max_attempts between 1 and 10000;
end
$function$;
comment on function cronmill.is_attempt_limit(integer)
    is 'Whether a task may have it as its max_attempts.';

-- Refuses keys and settings of a task that make no sense.
-- Executed by: enqueue, enqueue_many, read_envelope.
create or replace function cronmill.check_task(
    unique_key text,
    group_key text,
    timeout interval,
    max_attempts integer
)
returns void
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if octet_length(check_task.unique_key) not between 1 and 1000
        or octet_length(check_task.group_key) not between 1 and 1000
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a unique key or group key has 1 to 1000 bytes',
            hint = 'A longer text can be hashed: md5(text).';
    end if;
    if check_task.timeout <= interval '0' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('timeout %s is not positive', check_task.timeout),
            hint = 'Without a timeout of its own a task has the processor''s.';
    end if;
    if check_task.timeout > interval '1 day'
        or extract(year from check_task.timeout) <> 0
        or extract(day from check_task.timeout) not between -365 and 365
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('timeout %s is longer than a day', check_task.timeout),
            detail = 'A slot may be held by a task for so long, and whoever enqueues decides it.',
            hint = 'A processor may have a longer one, for all of its tasks: '
                'cronmill configure NAME --timeout DURATION';
    end if;
    if check_task.max_attempts not between 1 and 10000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'max_attempts %s is not a number from 1 to 10000', check_task.max_attempts);
    end if;
end
$function$;
comment on function cronmill.check_task(text, text, interval, integer)
    is 'Refuses keys and settings of a task that make no sense.';
revoke all on function cronmill.check_task(text, text, interval, integer) from public;

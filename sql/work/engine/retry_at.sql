-- When a task may be tried again: exponential backoff with a fifth of jitter either way.
-- Executed by: begin_attempt, fail.
create or replace function cronmill.retry_at(
    attempts integer, backoff_base interval, backoff_cap interval
)
returns timestamptz
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- In seconds: an interval of days, doubled often, is out of range before it is cut.
    return clock_timestamp() + (0.8 + 0.4 * random()) * interval '1 second' * least(
        extract(epoch from retry_at.backoff_cap)::double precision,
        extract(epoch from retry_at.backoff_base)::double precision
            * (1::bigint << least(retry_at.attempts - 1, 30)));
end
$function$;
comment on function cronmill.retry_at(integer, interval, interval)
    is 'When a task may be tried again after so many attempts.';
revoke all on function cronmill.retry_at(integer, interval, interval) from public;

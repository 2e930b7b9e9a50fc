-- The moment that lies so far back; refuses an age that is null or negative, which would purge what
-- was not meant.
-- Executed by: purge_dead, purge_done.
create or replace function cronmill.age_limit(older_than interval)
returns timestamptz
language plpgsql volatile parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if age_limit.older_than is null or age_limit.older_than < interval '0' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'older_than is %s', coalesce(age_limit.older_than::text, 'null')),
            hint = 'Say how old a task must be to be purged: interval ''30 days'', '
                'or interval ''0'' for all.';
    end if;
    return clock_timestamp() - age_limit.older_than;
end
$function$;
comment on function cronmill.age_limit(interval) is 'The moment that lies so far back.';
revoke all on function cronmill.age_limit(interval) from public;

-- Ends sessions of links that have been in one transaction for ten minutes: an order holds rows of
-- the registry, and who has logged in as the link can do without its timeouts. Returns how many.
-- Executed by: house.
create or replace function cronmill_cron.end_open_orders()
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    one record;
    total integer := 0;
    failure text;
begin
    for one in
        select a.pid
        from pg_catalog.pg_stat_activity as a
        join cronmill_cron.work_database as w on w.link_role = a.usename
        where a.datname = pg_catalog.current_database()
            and a.xact_start < clock_timestamp() - interval '10 minutes'
    loop
        -- One that may not be ended shields no other.
        begin
            total := total + pg_catalog.pg_terminate_backend(one.pid)::integer;
        exception
            when insufficient_privilege then
                failure := sqlerrm;
        end;
    end loop;
    if failure is not null then
        raise exception using errcode = 'MC015', message = failure;
    end if;
    return total;
end
$function$;
comment on function cronmill_cron.end_open_orders()
    is 'Ends sessions of links that are in one transaction for too long.';
revoke all on function cronmill_cron.end_open_orders() from public;

-- Cancels them; one that is still there half a minute later is terminated, because it does not heed
-- cancels. What it was that it saw of a backend is looked at again in the statement that signals
-- it. One that may not be signaled hinders no other. Returns how many it signaled. Changes
-- cronmill_cron.overdue_backend.
-- Executed by: watch.
create or replace function cronmill_cron.cancel_overdue()
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    total integer := 0;
    failed text;
    one record;
    known cronmill_cron.overdue_backend;
begin
    if exists (select from cronmill_cron.overdue_backend) then
        delete from cronmill_cron.overdue_backend as o
        where not exists (
                select
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published) = (o.pid, o.backend_start, o.published)
            )
            and (
                o.failure is null and o.terminated_at is null
                or o.canceled_at < clock_timestamp() - interval '10 minutes'
            );
    end if;
    for one in
        select a.pid, a.backend_start, a.database_name, a.role_name, a.published
        from cronmill_cron.overdue_backends() as a
    loop
        perform pg_catalog.pg_stat_clear_snapshot();
        insert into cronmill_cron.overdue_backend (
            pid, backend_start, published, database_name, role_name
        )
        values (one.pid, one.backend_start, one.published, one.database_name, one.role_name)
        on conflict on constraint overdue_backend_pkey do nothing;
        select o.* into known
        from cronmill_cron.overdue_backend as o
        where (o.pid, o.backend_start, o.published) = (one.pid, one.backend_start, one.published);
        begin
            failed := null;
            if known.canceled_at < clock_timestamp() - interval '30 seconds' then
                perform pg_catalog.pg_terminate_backend(a.pid)
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published)
                    = (one.pid, one.backend_start, one.published);
                known.terminated_at := coalesce(known.terminated_at, clock_timestamp());
            else
                perform pg_catalog.pg_cancel_backend(a.pid)
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published)
                    = (one.pid, one.backend_start, one.published);
            end if;
            total := total + 1;
        exception
            when others then
                failed := sqlerrm;
        end;
        update cronmill_cron.overdue_backend as o
        set terminated_at = known.terminated_at, failure = failed
        where (o.pid, o.backend_start, o.published) = (one.pid, one.backend_start, one.published)
            and (o.terminated_at, o.failure) is distinct from (known.terminated_at, failed);
    end loop;
    return total;
end
$function$;
comment on function cronmill_cron.cancel_overdue()
    is 'Ends the backends of slots whose deadline has passed; returns how many.';
revoke all on function cronmill_cron.cancel_overdue() from public;

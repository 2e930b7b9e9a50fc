-- What to say about more active jobs than pg_cron can run where they only wait (background workers
-- from pg_cron 1.5); null if there are not.
-- Executed by: take_link.
create or replace function cronmill_cron.capacity_warning()
returns text
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select pg_catalog.format(
        '%s jobs are active (%s slots, %s housekeepers, %s of others) and pg_cron can run %s at '
        'once: some runs wait for others to end.',
        c.needed, c.slots, c.housekeepers, coalesce(c.others, 0), c.max_running_jobs)
    from cronmill_cron.capacity() as c
    where c.needed > c.max_running_jobs and not c.hangs_above;
end;
comment on function cronmill_cron.capacity_warning()
    is 'A warning when more jobs are active than pg_cron can run and the rest waits.';
revoke all on function cronmill_cron.capacity_warning() from public;

-- Refuses more active jobs than pg_cron can run, where that stops it for everybody
-- (docs/pg_cron.md, Limits). The counter is updated first: of two transactions that activate jobs
-- at once the later one gets 40001 and counts again.
-- Changes cronmill_cron.installation.
-- Executed by: set_budget, take_settings.
create or replace function cronmill_cron.assert_capacity()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
declare
    count record;
    holder text;
begin
    begin
        update cronmill_cron.installation as i set activations = i.activations + 1;
    exception
        when lock_not_available then
            select pg_catalog.format(
                'process %s of role "%s"', a.pid, pg_catalog.pg_get_userbyid(a.usesysid))
            into holder
            from pg_catalog.pg_lock_status() as l
            cross join lateral pg_catalog.pg_stat_get_activity(l.pid) as a
            where l.relation = 'cronmill_cron.installation'::pg_catalog.regclass
                and l.database = (
                    select d.oid
                    from pg_catalog.pg_database as d
                    where d.datname = pg_catalog.current_database()
                )
                and l.mode = 'RowExclusiveLock'
                and l.granted
                and l.pid <> pg_catalog.pg_backend_pid()
                -- Those that wait have it, too.
                and not exists (
                    select
                    from pg_catalog.pg_lock_status() as w
                    where w.pid = l.pid and not w.granted
                )
            order by a.xact_start
            limit 1;
            raise exception using
                errcode = 'lock_not_available',
                message = pg_catalog.format(
                    'another transaction that activates jobs has not ended: %s',
                    coalesce(holder, 'a prepared one')),
                detail = 'One at a time does: two at once would count the same free places.',
                hint = case when holder is null
                    then 'Try again when it has ended. '
                        'select x.gid, x.owner from pg_prepared_xacts as x; '
                        'and then: rollback prepared ''GID'';'
                    else pg_catalog.format(
                        'Try again when it has ended; one of a link is ended after ten minutes. '
                        'A superuser ends it with: select pg_terminate_backend(%s);',
                        substring(holder from '\d+'))
                end;
    end;
    select c.max_running_jobs, c.slots, c.housekeepers, c.others, c.needed, c.hangs_above, c.budget
    into count
    from cronmill_cron.capacity() as c;
    if not count.hangs_above then
        return;
    end if;
    if count.max_running_jobs is null or count.others is null then
        raise exception using
            errcode = 'MC004',
            message = 'it cannot be seen how many jobs pg_cron can run, '
                'or how many of others are active',
            detail = 'In libpq mode pg_cron hangs for everybody when more jobs wait than '
                'cron.max_running_jobs.',
            hint = 'Say so with: cronmill setup --max-running-jobs N --others N';
    end if;
    if count.needed > count.max_running_jobs then
        raise exception using
            errcode = 'MC004',
            message = pg_catalog.format('%s jobs would be active, and pg_cron can run %s at once',
                count.needed, count.max_running_jobs),
            detail = pg_catalog.format(
                '%s slots of enabled processors%s, %s housekeepers, %s jobs of others. '
                'pg_cron hangs for everybody when more jobs wait than cron.max_running_jobs.',
                count.slots,
                case when count.budget is not null
                    then pg_catalog.format(
                        ' that never sleep, %s for those that do',
                        count.needed - count.slots - count.housekeepers - count.others)
                end,
                count.housekeepers, count.others),
            hint = pg_catalog.format(
                'Use fewer slots, let processors sleep (--sleep-after), disable some, or '
                'set cron.max_running_jobs to %s '
                'or more and restart.',
                count.needed);
    end if;
end
$function$;
comment on function cronmill_cron.assert_capacity()
    is 'Refuses more active jobs than pg_cron can run, where that stops it.';
revoke all on function cronmill_cron.assert_capacity() from public;

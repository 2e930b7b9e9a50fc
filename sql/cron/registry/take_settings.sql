-- Takes what a work database wants of one of its processors, checks it, and makes the jobs so. No
-- SQL text comes in: the command is composed here, bound to that database and to a permitted role.
-- Changes cronmill_cron.processor, cronmill_cron.job, cron.job.
-- Executed by: take_link; the installer.
create or replace function cronmill_cron.take_settings(
    database_name text, name text, enabled boolean, slots integer, schedule text, linger text,
    run_as text, removed boolean, sleep_after interval default null
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
declare
    known_id integer;
    active_before integer;
    jobs_before integer;
begin
    -- Locked, so that two orders of one database do not each see room for itself.
    select w.work_database_id into known_id
    from cronmill_cron.work_database as w
    where w.name = take_settings.database_name
    for no key update;
    if known_id is null then
        raise exception using
            errcode = 'MC010',
            message = pg_catalog.format('database "%s" is not registered in cron database "%s"',
                take_settings.database_name, pg_catalog.current_database()),
            hint = pg_catalog.format(
                'cronmill setup --database %s',
                cronmill_cron.shell_word(take_settings.database_name));
    end if;
    if take_settings.removed then
        delete from cronmill_cron.processor as p
        where p.work_database_id = known_id and p.name = take_settings.name;
        perform cronmill_cron.reconcile(take_settings.database_name, take_settings.name);
        return;
    end if;
    if not cronmill_cron.is_same_database(take_settings.database_name) then
        raise exception using
            errcode = 'MC030',
            message = pg_catalog.format(
                'database "%s" is not the one that was registered', take_settings.database_name),
            detail = 'The registered one was dropped, and with it go the roles its jobs were '
                'permitted to run as.',
            hint = pg_catalog.format('Register the new one: cronmill setup --database %s',
                cronmill_cron.shell_word(take_settings.database_name));
    end if;
    -- The bytes that a link from another encoding writes here, and reads, are another name to who
    -- speaks UTF-8.
    if pg_catalog.current_setting('server_encoding') = 'SQL_ASCII'
        and (take_settings.name || take_settings.database_name) !~ '^[ -~]*$'
        and exists (
            select
            from pg_catalog.pg_database as d
            where d.datname = take_settings.database_name
                and pg_catalog.pg_encoding_to_char(d.encoding) not in ('SQL_ASCII', 'UTF8')
        )
    then
        raise exception using
            errcode = 'MC002',
            message = pg_catalog.format(
                'processor "%s" of database "%s" cannot be scheduled under this name',
                take_settings.name, take_settings.database_name),
            detail = 'The cron database is of encoding SQL_ASCII, the work database of another: '
                'only ASCII is the same in both.',
            hint = 'Give it a name of its own: cronmill setup --processor NAME';
    end if;
    if not exists (
        select 1
        from cronmill_cron.run_as as a
        where a.work_database_id = known_id and a.role_name = take_settings.run_as
    ) then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('jobs of database "%s" may not run as role "%s"',
                take_settings.database_name, take_settings.run_as),
            hint = pg_catalog.format('Permit it with: cronmill grant run-as %s --database %s',
                cronmill_cron.shell_word(take_settings.run_as),
                cronmill_cron.shell_word(take_settings.database_name));
    end if;
    perform cronmill_cron.check_schedule(take_settings.schedule, take_settings.linger);
    -- Those of one that sleeps are counted by the budget.
    select case when p.enabled and p.sleep_after is null then p.slots else 0 end, p.slots
    into active_before, jobs_before
    from cronmill_cron.processor as p
    where p.work_database_id = known_id and p.name = take_settings.name;
    insert into cronmill_cron.processor as p (
        work_database_id, name, enabled, slots, schedule, linger, run_as, sleep_after
    )
    values (
        known_id, take_settings.name, take_settings.enabled, take_settings.slots,
        take_settings.schedule, take_settings.linger, take_settings.run_as,
        take_settings.sleep_after
    )
    on conflict on constraint processor_pkey do update
    set enabled = excluded.enabled, slots = excluded.slots, schedule = excluded.schedule,
        linger = excluded.linger, run_as = excluded.run_as, sleep_after = excluded.sleep_after,
        changed_at = clock_timestamp();
    perform cronmill_cron.keep_demand(known_id, take_settings.name);
    if take_settings.slots > coalesce(jobs_before, 0)
        or take_settings.enabled and take_settings.slots > coalesce(active_before, 0)
    then
        perform cronmill_cron.assert_quota(known_id);
    end if;
    if take_settings.enabled and take_settings.slots > coalesce(active_before, 0) then
        perform cronmill_cron.assert_capacity();
    end if;
    perform cronmill_cron.reconcile(take_settings.database_name, take_settings.name);
end
$function$;
comment on function cronmill_cron.take_settings(
    text, text, boolean, integer, text, text, text, boolean, interval)
    is 'Takes a work database''s wishes for one processor and makes its jobs so.';
revoke all on function cronmill_cron.take_settings(
    text, text, boolean, integer, text, text, text, boolean, interval) from public;

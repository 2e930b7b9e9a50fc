-- What somebody could do harm with, or does, as far as the registry can tell: a sentence each, the
-- role it is about, the statement that ends it, if there is one, and who may run that, null for a
-- superuser. What is a matter of taste is not wrong.
-- Executed by: the registry's owner; check-permissions of the command line.
create or replace function cronmill_cron.dangers()
returns table (role_name text, danger text, remedy text, executor text, is_wrong boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    select
        b.role_name,
        pg_catalog.format('its functions in schema cronmill_run_as may not be called: %s', b.fault),
        pg_catalog.format('select cronmill_cron.make_role_functions(%L);', b.role_name),
        current_user::text, true
    from cronmill_cron.broken_roles() as b;
    return query
    select
        h.alarm_role,
        pg_catalog.format(
            'function %s is not told of alarms: %s', h.alarm_function, cronmill_cron.alarm_fault()),
        'select cronmill_cron.deliver_to(null);', current_user::text, true
    from cronmill_cron.housekeeping as h
    where cronmill_cron.alarm_fault() is not null;
    return query
    select
        s.role_name,
        pg_catalog.format(
            'process %s holds advisory locks of Cronmill in database "%s"', s.pid, s.database_name),
        pg_catalog.format('select pg_terminate_backend(%s);', s.pid), null::text, true
    from cronmill_cron.lock_strangers() as s;
    return query
    select l.role_name, 'sessions of this link may wait, and let others wait, without end',
        string_agg(
            pg_catalog.format('alter role %I set %s = %L;', l.role_name, t.name, t.value),
            ' ' order by t.name),
        null::text, true
    from cronmill_cron.patient_links() as l
    cross join (values
        ('lock_timeout', '10s'), ('statement_timeout', '60s'),
        ('idle_in_transaction_session_timeout', '5min')
    ) as t (name, value)
    group by l.role_name;
    return query
    select
        x.owner::text,
        pg_catalog.format(
            'its prepared transaction "%s" is open since %s, '
            'and nobody can activate jobs while an order of it is',
            x.gid, date_trunc('second', x.prepared)),
        pg_catalog.format('rollback prepared %L;', x.gid), null::text, true
    from pg_catalog.pg_prepared_xacts as x
    join cronmill_cron.work_database as w on w.link_role = x.owner
    where x.database = pg_catalog.current_database();
    return query
    select
        w.link_role,
        'orders that sessions of this link leave open cannot be ended, '
        'and nobody can activate jobs while one is',
        -- One who has it without inheriting keeps it so, if nothing else is said.
        pg_catalog.format(
            'grant %I to %I%s;', w.link_role, current_user,
            case when pg_catalog.current_setting('server_version_num')::integer >= 160000
                then ' with inherit true'
            end),
        null::text, true
    from cronmill_cron.work_database as w
    join pg_catalog.pg_roles as r on r.rolname = w.link_role
    where not pg_catalog.pg_has_role(current_user, r.oid, 'usage');
    if cronmill_cron.acts_for_all_roles()
        and pg_catalog.current_setting('cron.enable_superuser_jobs', true) is not null
    then
        return query
        select null::text,
            pg_catalog.format(
                '%s sets cron.enable_superuser_jobs to off: '
                'from its next start on the server will crash, '
                'again and again, while jobs of a superuser are active, such as the housekeepers',
                f.sourcefile),
            'alter system set cron.enable_superuser_jobs = on;', null::text, true
        from (
            select distinct on (f.name) f.sourcefile, f.setting
            from pg_catalog.pg_file_settings as f
            where lower(f.name) = 'cron.enable_superuser_jobs'
            order by f.name, f.seqno desc
        ) as f
        where lower(f.setting) in ('off', 'of', 'false', 'fals', 'fal', 'fa', 'f', 'no', 'n', '0');
    end if;
    return query
    select null::text, f.fault, null::text, null::text, true from cronmill_cron.house_faults() as f;
    return query
    select null::text,
        pg_catalog.format(
            'Everybody may connect to database "%s", '
            'and so take its connections and listen to its alarms: '
            'revoke connect on database %I from public;', d.datname, d.datname),
        null::text, null::text, false
    from pg_catalog.pg_database as d
    cross join lateral pg_catalog.aclexplode(
        coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) as x
    where d.datname = pg_catalog.current_database()
        and x.grantee = 0
        and x.privilege_type = 'CONNECT';
end
$function$;
comment on function cronmill_cron.dangers() is 'What somebody could do harm with, or does.';
revoke all on function cronmill_cron.dangers() from public;

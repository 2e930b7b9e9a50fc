-- Every privilege that a role has to have here, and as what. Those on pg_cron are given by a
-- superuser, and needed only where the registry's owner is none (docs/pg_cron.md, Roles).
-- Executed by: granted_privileges, release_role, renew_privileges; check-permissions of the command
-- line.
create or replace function cronmill_cron.wanted_privileges()
returns setof cronmill_cron.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with wanted (role_name, part, privilege, namespace, relation, routine) as (
        select w.link_role, 'link', t.privilege, t.namespace, t.relation, null::regprocedure
        from cronmill_cron.work_database as w
        cross join (values
            ('usage', 'cronmill_cron'::regnamespace, null::regclass),
            ('select', null, 'cronmill_cron.link'),
            ('insert', null, 'cronmill_cron.link'),
            ('insert', null, 'cronmill_cron.link_backlog'),
            ('insert', null, 'cronmill_cron.link_rest')
        ) as t (privilege, namespace, relation)
        where w.link_role is not null
        union
        -- It gives nothing to call; it makes DROP ROLE fail.
        select a.role_name, 'run-as', 'usage', 'cronmill_cron'::regnamespace, null, null
        from cronmill_cron.run_as as a
        union
        select g.role_name, g.part, 'usage', 'cronmill_cron'::regnamespace, null, null
        from cronmill_cron.grantee as g
        union
        select g.role_name, g.part, 'execute', null, null, r.routine
        from cronmill_cron.grantee as g
        cross join cronmill_cron.reader_routines() as r (routine)
        union
        select
            g.role_name, g.part, 'execute', null, null,
            'cronmill_cron.acknowledge_alarms(bigint[], text[])'::regprocedure
        from cronmill_cron.grantee as g
        where g.part = 'operator'
        union
        select h.alarm_role, 'alarms', t.privilege, t.namespace, null, t.routine
        from cronmill_cron.housekeeping as h
        cross join (values
            ('usage', 'cronmill_cron'::regnamespace, null::regprocedure),
            ('execute', null, 'cronmill_cron.deliver()'),
            ('execute', null, 'cronmill_cron.next_message()'),
            ('execute', null, 'cronmill_cron.note_message(bigint, text, text)')
        ) as t (privilege, namespace, routine)
        where h.alarm_role is not null
        union
        select s.role_name, s.part, t.privilege, t.namespace, null, t.routine
        from (
            select a.role_name, 'run-as' from cronmill_cron.run_as as a
            union
            select pg_catalog.pg_get_userbyid(n.nspowner)::text, 'installer'
            from pg_catalog.pg_namespace as n
            where n.nspname = 'cronmill_cron'
        ) as s (role_name, part)
        cross join lateral (
            select 'usage', n.oid::regnamespace, null::regprocedure
            from pg_catalog.pg_namespace as n
            where n.nspname = 'cron'
            union all
            select 'execute', null, p.oid::regprocedure
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
        ) as t (privilege, namespace, routine)
        where not cronmill_cron.acts_for_all_roles()
    )
    select
        w.role_name, w.part,
        cronmill_cron.privilege_target(w.privilege, null, w.namespace, w.relation, w.routine),
        w.privilege, null::text, w.namespace, w.relation, w.routine
    from wanted as w
$function$;
comment on function cronmill_cron.wanted_privileges()
    is 'Privileges that link roles, run-as roles, monitors and operators have to have here.';
revoke all on function cronmill_cron.wanted_privileges() from public;

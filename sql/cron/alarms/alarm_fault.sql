-- Why the alarm function may not be called as its role, as the end of a sentence; null if it may,
-- or there is none. Who owns the function, or the schema it is in, can make another of it at any
-- moment: so each of them has to be able to do already what the role may. A superuser never calls
-- it.
-- Executed by: dangers, deliver_to, next_message, troubles.
create or replace function cronmill_cron.alarm_fault()
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select case
        when h.alarm_function is null then null
        when cronmill_cron.alarm_signature(h.alarm_routine) is distinct from h.alarm_function
            then 'the function that was named is gone, whatever has its name now'
        when r.oid is null then format('role "%s" does not exist', h.alarm_role)
        when r.rolsuper then format('role "%s" is a superuser', h.alarm_role)
        else (
            select format(
                'role "%s" owns the %s, and could do by it all that role "%s" may',
                o.rolname, w.thing, r.rolname)
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            cross join lateral (
                values (1, 'function', p.proowner), (2, 'schema', n.nspowner)
            ) as w (place, thing, owner_oid)
            join pg_catalog.pg_roles as o on o.oid = w.owner_oid
            where p.oid = h.alarm_routine
                and not o.rolsuper
                and o.rolname <> current_user
                and not pg_has_role(o.oid, r.oid, 'member')
            order by w.place
            limit 1
        )
    end
    from cronmill_cron.housekeeping as h
    left join pg_catalog.pg_roles as r on r.rolname = h.alarm_role;
end;
comment on function cronmill_cron.alarm_fault()
    is 'Why the alarm function may not be called as its role; null if it may.';
revoke all on function cronmill_cron.alarm_fault() from public;

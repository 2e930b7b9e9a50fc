-- Names of the work databases whose jobs and runs the caller may see: those of which who logged in,
-- or a role it is a member of, is a monitor or an operator.
-- Executed by: many functions; monitors and operators, and through what reports.
create or replace function cronmill_cron.visible_databases()
returns setof text
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select w.name
    from cronmill_cron.work_database as w
    where (select cronmill_cron.sees_all())
        or exists (
            select 1
            from cronmill_cron.grantee as g
            where g.work_database_id = w.work_database_id
                and pg_has_role(session_user, to_regrole(quote_ident(g.role_name))::oid, 'member')
        )
    order by w.name;
end;
comment on function cronmill_cron.visible_databases()
    is 'Work databases whose jobs and runs who logged in may see.';
revoke all on function cronmill_cron.visible_databases() from public;

-- Link roles whose sessions may wait, or let others wait, without end: setup sets their timeouts
-- (templates/link_timeouts.sql).
-- Executed by: dangers; setup.
create or replace function cronmill_cron.patient_links()
returns table (role_name text)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select w.link_role
    from cronmill_cron.work_database as w
    join pg_catalog.pg_roles as r on r.rolname = w.link_role
    where (
        select count(*)
        from unnest(r.rolconfig) as c (setting)
        where split_part(c.setting, '=', 1) in (
            'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'
        )
            and split_part(c.setting, '=', 2) !~ '^0'
    ) < 3
    order by w.link_role;
end;
comment on function cronmill_cron.patient_links()
    is 'Link roles whose sessions may wait without end.';
revoke all on function cronmill_cron.patient_links() from public;

-- Alarms that who logged in may see, the newest first: of its databases, and of the server. Without
-- history those that are raised.
-- Executed by: monitors and operators; alarms of the command line.
create or replace function cronmill_cron.alarms(
    database_names text[], with_history boolean default false
)
returns table (
    alarm_id bigint, kind text, database_name text, processor text, detail text,
    raised_at timestamptz, cleared_at timestamptz, acknowledged_at timestamptz,
    acknowledged_by text, tell_error text
)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select a.alarm_id, a.kind, a.database_name, a.processor, a.detail, a.raised_at, a.cleared_at,
        a.acknowledged_at, a.acknowledged_by,
        case when (select cronmill_cron.sees_all()) then a.tell_error end
    from cronmill_cron.alarm as a
    where (a.cleared_at is null or alarms.with_history)
        and (
            alarms.database_names is null
            or a.database_name is null
            or a.database_name = any (alarms.database_names)
        )
        and (
            (select cronmill_cron.sees_all())
            or a.database_name is null
            or a.database_name in (select v.name from cronmill_cron.visible_databases() as v (name))
        )
    order by a.raised_at desc, a.alarm_id desc;
end;
comment on function cronmill_cron.alarms(text[], boolean)
    is 'Alarms that who logged in may see, the newest first.';
revoke all on function cronmill_cron.alarms(text[], boolean) from public;

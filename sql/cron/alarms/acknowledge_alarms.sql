-- Notes that somebody knows of these alarms, or of all in these databases, null for every one. An
-- operator may of its databases; of the server, members of the owner. Returns those that were
-- raised and not acknowledged yet. Changes cronmill_cron.alarm.
-- Executed by: operators; alarms acknowledge of the command line.
create or replace function cronmill_cron.acknowledge_alarms(
    alarm_ids bigint[], database_names text[]
)
returns setof bigint
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with acknowledged as (
        update cronmill_cron.alarm as a
        set acknowledged_at = clock_timestamp(), acknowledged_by = session_user
        where a.cleared_at is null
            and a.acknowledged_at is null
            and (
                acknowledge_alarms.alarm_ids is null
                or a.alarm_id = any (acknowledge_alarms.alarm_ids)
            )
            and (
                acknowledge_alarms.database_names is null
                or a.database_name = any (acknowledge_alarms.database_names)
            )
            and (
                (select cronmill_cron.sees_all())
                or exists (
                    select 1
                    from cronmill_cron.grantee as g
                    join cronmill_cron.work_database as w on w.work_database_id = g.work_database_id
                    where w.name = a.database_name and g.part = 'operator'
                        and pg_has_role(
                            session_user, to_regrole(quote_ident(g.role_name))::oid, 'member')
                )
            )
        returning a.alarm_id
    )
    select k.alarm_id from acknowledged as k order by k.alarm_id;
end;
comment on function cronmill_cron.acknowledge_alarms(bigint[], text[])
    is 'Notes that somebody knows of alarms; returns which.';
revoke all on function cronmill_cron.acknowledge_alarms(bigint[], text[]) from public;

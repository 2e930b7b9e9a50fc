-- What keeps dead rows of work databases from being removed, and since when: sessions and prepared
-- transactions (of one database), replication slots and standbys that send feedback (of all:
-- database_name is null). Of sessions of others a role without pg_read_all_stats sees none.
-- Executed by: monitors and operators; status of the command line.
create or replace function cronmill_cron.snapshot_holders(older_than interval)
returns table (database_name text, holder text, held_since timestamptz)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select
        a.datname::text,
        format('process %s of role "%s"%s, %s', a.pid, a.usename,
            case when a.application_name <> '' then format(' (%s)', a.application_name) else '' end,
            a.state),
        a.xact_start
    from pg_catalog.pg_stat_activity as a
    where a.backend_type <> 'walsender'
        and coalesce(a.backend_xmin, a.backend_xid) is not null
        and a.xact_start < clock_timestamp() - older_than
        and a.datname in (select v.name from cronmill_cron.visible_databases() as v (name))
    union all
    select
        p.database::text,
        format('prepared transaction %L of role "%s"', p.gid, p.owner),
        p.prepared
    from pg_catalog.pg_prepared_xacts as p
    where p.prepared < clock_timestamp() - older_than
        and p.database in (select v.name from cronmill_cron.visible_databases() as v (name))
    union all
    -- The age of an xmin is known only in transactions: whether it is old is told by its distance.
    select null as database_name,
        format(
            'replication slot "%s" (%s)', s.slot_name,
            case when s.active then 'active' else 'not active' end) as holder,
        null as held_since
    from pg_catalog.pg_replication_slots as s
    where s.xmin is not null and age(s.xmin) > 10000
    union all
    select
        null as database_name,
        format('standby "%s" by hot_standby_feedback', a.application_name) as holder,
        null as held_since
    from pg_catalog.pg_stat_activity as a
    where a.backend_type = 'walsender'
        and a.backend_xmin is not null
        and age(a.backend_xmin) > 10000
    order by 3 nulls last, 2;
end;
comment on function cronmill_cron.snapshot_holders(interval)
    is 'What keeps dead rows of work databases from being removed, and since when.';
revoke all on function cronmill_cron.snapshot_holders(interval) from public;

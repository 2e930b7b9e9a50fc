-- The last ring of this database that was committed, or that this transaction has rung; null for
-- none. It is a setting of the link's role here, which everybody may read, and which does nothing:
-- the link logs in elsewhere. Who enqueues asks while nobody looks into the queue, each time: hence
-- PL/pgSQL, whose plans outlive a transaction.
-- Executed by: lie_down, ring.
create or replace function cronmill.rung()
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select substr(c.setting, length('application_name=') + 1)
        from pg_catalog.pg_db_role_setting as s
        cross join lateral unnest(s.setconfig) as c (setting)
        where s.setdatabase
                = (
                    select d.oid
                    from pg_catalog.pg_database as d
                    where d.datname = current_database()
                )
            and s.setrole = (
                select r.oid
                from cronmill.installation as i
                join pg_catalog.pg_roles as r on r.rolname = i.link_role
            )
            and c.setting like 'application_name=cronmill ring %'
    );
end
$function$;
comment on function cronmill.rung() is 'The last ring of this database.';
revoke all on function cronmill.rung() from public;

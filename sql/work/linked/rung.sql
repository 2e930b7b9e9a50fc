-- The last rings of this database that were committed, or that this transaction has rung; null for
-- none. They are settings of the link's role, here and in databases where it never logs in (see
-- ring), which everybody may read, and which do nothing. Who enqueues asks while nobody looks into
-- the queue, each time: hence PL/pgSQL, whose plans outlive a transaction.
-- Executed by: lie_down, ring.
create or replace function cronmill.rung()
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select string_agg(c.setting, ' ' order by s.setdatabase)
        from pg_catalog.pg_db_role_setting as s
        cross join lateral unnest(s.setconfig) as c (setting)
        where s.setrole = (
                select pg_catalog.to_regrole(quote_ident(i.link_role))::oid
                from cronmill.installation as i
            )
            and starts_with(c.setting, 'application_name=cronmill ring ')
    );
end
$function$;
comment on function cronmill.rung() is 'The last rings of this database.';
revoke all on function cronmill.rung() from public;

-- What the housekeeper says in the cron database, by locks, because the registry has no other way
-- to reach a slot at once: whether others wait for a place in pg_cron, and whether this processor
-- shall give up its own. Everybody who may connect there can take such locks; only those of a
-- member of the link role, which the registry's owner is, are believed.
-- Executed by: keep_vigil; the processor's run-as role.
create or replace function cronmill.is_asked_to_yield(
    processor_id integer, out others_wait boolean, out must_yield boolean
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    own_key oid;
begin
    select
        (
            pg_catalog.hashtext(pg_catalog.format('%s/%s', d.oid, p.name))::bigint & 4294967295
        )::oid
    into own_key
    from cronmill.processor as p
    join pg_catalog.pg_database as d on d.datname = pg_catalog.current_database()
    where p.processor_id = is_asked_to_yield.processor_id;
    select coalesce(bool_or(l.objid = 0), false), coalesce(bool_or(l.objid = own_key), false)
    into others_wait, must_yield
    from pg_catalog.pg_lock_status() as l
    join pg_catalog.pg_stat_get_activity(null) as a on a.pid = l.pid
    cross join cronmill.installation as i
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
        and l.classid = cronmill.lock_class('yield')::oid
        and l.objid in (0, own_key)
        and l.database
            = (select d.oid from pg_catalog.pg_database as d where d.datname = i.cron_database)
        and pg_catalog.pg_has_role(
            a.usesysid,
            coalesce(
                pg_catalog.to_regrole(quote_ident(i.link_role))::oid,
                (select n.nspowner from pg_catalog.pg_namespace as n where n.nspname = 'cronmill')),
            'member');
end
$function$;
comment on function cronmill.is_asked_to_yield(integer)
    is 'Whether others wait for a place in pg_cron, and whether a processor shall give up its own.';
revoke all on function cronmill.is_asked_to_yield(integer) from public;

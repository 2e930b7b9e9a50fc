-- Says by locks of this session who is to yield, which slots look for once a second; see
-- is_asked_to_yield in the work databases. The first key is that of the kind; the second is 0 while
-- anybody waits, or a hash of a processor that has to give up its place. The locks are
-- shared. Returns those that could not be taken, because somebody else has them for himself.
-- Executed by: look.
create or replace function cronmill_cron.hold_back(keys integer[])
returns integer[]
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    class constant integer := cronmill_cron.lock_class('yield');
    held constant bigint[] := array(
        select l.objid::bigint
        from pg_catalog.pg_lock_status() as l
        where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
            and l.pid = pg_catalog.pg_backend_pid()
            and l.classid = class::oid
    );
begin
    perform pg_catalog.pg_advisory_unlock_shared(class, h.key::bit(32)::integer)
    from unnest(held) as h (key)
    where h.key::bit(32)::integer <> all (keys);
    return array(
        select k.key
        from (select distinct u.key from unnest(keys) as u (key)) as k
        where k.key::bigint & 4294967295 <> all (held)
            and not pg_catalog.pg_try_advisory_lock_shared(class, k.key)
    );
end
$function$;
comment on function cronmill_cron.hold_back(integer[])
    is 'Says by locks of this session who is to yield.';
revoke all on function cronmill_cron.hold_back(integer[]) from public;

-- Deactivates the jobs of databases that were dropped, before or after another has taken their
-- name. They are activated again by setup, or sync, of the database. Returns how many were. Changes
-- cron.job.
-- Executed by: watch.
create or replace function cronmill_cron.deactivate_replaced()
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    gone constant text[] := array(
        -- Twice a second, for hundreds: the function only for those that may be others.
        with suspect as materialized (
            select w.name
            from cronmill_cron.work_database as w
            where not exists (
                select
                from pg_catalog.pg_database as d
                where d.datname = w.name and d.oid = w.database_oid
            )
        )
        select s.name from suspect as s where not cronmill_cron.is_same_database(s.name)
    );
    one record;
    changes integer := 0;
begin
    if cardinality(gone) = 0 then
        return 0;
    end if;
    for one in
        select distinct n.database_name, n.processor
        from cronmill_cron.noted_jobs() as n
        where n.slot > 0 and n.active and n.database_name = any (gone)
    loop
        begin
            changes := changes + cronmill_cron.reconcile(one.database_name, one.processor);
        exception
            -- The functions of one run-as role do not hold up the others; differences() says what
            -- is left.
            when others then
                null;
        end;
    end loop;
    return changes;
end
$function$;
comment on function cronmill_cron.deactivate_replaced()
    is 'Deactivates the jobs of databases that were dropped; returns how many.';
revoke all on function cronmill_cron.deactivate_replaced() from public;

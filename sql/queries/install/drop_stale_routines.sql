-- Drops the routines of a schema that the transaction has not made or renewed: those of an older
-- version whose parameters or names have changed. One that something else depends on is left, with
-- a warning.
-- {{schema}}, a literal: its name.
do $$
declare
    stale text;
begin
    for stale in
        select p.oid::regprocedure from pg_catalog.pg_proc as p
        where p.pronamespace = {{schema}}::regnamespace
            and p.xmin::text::bigint <> pg_catalog.pg_current_xact_id()::text::bigint % 4294967296
    loop
        begin
            execute pg_catalog.format('drop routine %s', stale);
        exception when dependent_objects_still_exist then
            raise warning 'routine % is of an older version and is left: something depends on it',
                stale;
        end;
    end loop;
end $$

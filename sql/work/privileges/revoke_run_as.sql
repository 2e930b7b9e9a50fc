-- Takes it back: the procedure, and the rest when the role runs no other processor here.
-- Executed by: sync_processor.
create or replace function cronmill.revoke_run_as(run_as text, processor text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    routine regprocedure;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill.take_turn();
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = revoke_run_as.run_as)
    then
        return;
    end if;
    for routine in
        select p.oid::regprocedure
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'cronmill_processor'::regnamespace
            and p.proname = revoke_run_as.processor
            and pg_catalog.oidvectortypes(p.proargtypes) in (
                'integer, bigint', 'bigint[], jsonb[], integer[], boolean'
            )
    loop
        execute pg_catalog.format('revoke all on routine %s from %I', routine, run_as);
    end loop;
    if exists (
        select 1
        from cronmill.processor as p
        where p.run_as = revoke_run_as.run_as and p.name <> revoke_run_as.processor
    ) then
        return;
    end if;
    for routine in select r.routine from cronmill.run_as_routines() as r (routine) loop
        execute pg_catalog.format('revoke all on routine %s from %I', routine, run_as);
    end loop;
    execute pg_catalog.format('revoke all on schema cronmill, cronmill_processor from %I', run_as);
end
$function$;
comment on function cronmill.revoke_run_as(text, text) is 'Takes back what grant_run_as gave.';
revoke all on function cronmill.revoke_run_as(text, text) from public;

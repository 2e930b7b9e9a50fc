-- Gives a role what running one processor takes, and no more: its procedure and the per-batch
-- functions.
-- Executed by: sync_processor.
create or replace function cronmill.grant_run_as(run_as text, processor text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    routine regprocedure;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill.take_turn();
    execute pg_catalog.format('grant usage on schema cronmill, cronmill_processor to %I', run_as);
    for routine in
        select p.oid::regprocedure
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'cronmill_processor'::regnamespace
            and p.proname = grant_run_as.processor
            and pg_catalog.oidvectortypes(p.proargtypes) in (
                'integer, bigint', 'bigint[], jsonb[], integer[], boolean'
            )
        union all
        select r.routine from cronmill.run_as_routines() as r (routine)
    loop
        execute pg_catalog.format('grant execute on routine %s to %I', routine, run_as);
    end loop;
end
$function$;
comment on function cronmill.grant_run_as(text, text)
    is 'Grants a role what running one processor takes.';
revoke all on function cronmill.grant_run_as(text, text) from public;

-- Why the handler of a processor cannot be called at all; null if it can: an error of it is its
-- own, then.
-- Executed by: backlog, close_run, judge_error, processor_status; the processor's run-as role;
-- monitors, through processor_status.
create or replace function cronmill.handler_fault(
    processor_id integer, out message text, out hint text
)
returns record
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    settings record;
begin
    select p.handler, p.run_as, p.name into settings
    from cronmill.processor as p
    where p.processor_id = handler_fault.processor_id;
    -- A role that was dropped has no privileges to be asked about.
    if pg_catalog.to_regrole(pg_catalog.quote_ident(settings.run_as)) is not null then
        select f.message, f.hint into message, hint
        from cronmill.function_fault(settings.handler, settings.run_as, settings.name) as f;
    end if;
end
$function$;
comment on function cronmill.handler_fault(integer)
    is 'Why the handler of a processor cannot be called at all; null if it can.';
revoke all on function cronmill.handler_fault(integer) from public;

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
begin
    select f.message, f.hint into message, hint
    from cronmill.processor as p
    cross join lateral cronmill.function_fault(p.handler, p.run_as, p.name) as f
    -- A role that was dropped has no privileges to be asked about.
    where p.processor_id = handler_fault.processor_id
        and exists (select from pg_catalog.pg_roles as r where r.rolname = p.run_as)
    offset 0;
end
$function$;
comment on function cronmill.handler_fault(integer)
    is 'Why the handler of a processor cannot be called at all; null if it can.';
revoke all on function cronmill.handler_fault(integer) from public;

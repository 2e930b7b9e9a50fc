-- Why a function cannot be the handler of a role at all, and what to do; null if it can. With the
-- name of a processor also whether that one's procedure takes its result for what it is.
-- Executed by: check_processor, handler_fault.
create or replace function cronmill.function_fault(
    handler text, run_as text, processor text, out message text, out hint text
)
returns record
language plpgsql stable parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_one record;
    found_id regprocedure;
    wants_outcome boolean;
begin
    begin
        found_id := pg_catalog.to_regprocedure(function_fault.handler);
    exception
        -- No signature: nobody has checked it, or a later version of the server reads it otherwise.
        when others then
            message := pg_catalog.format(
                '%s is no function''s signature: %s', function_fault.handler, sqlerrm);
    end;
    -- One table a statement: reports ask it in new sessions, which pay for each that they plan.
    select
        f.pronamespace, f.prorettype::regtype as result_type, f.prokind,
        pg_catalog.oidvectortypes(f.proargtypes) as arguments
    into found_one
    from pg_catalog.pg_proc as f
    where f.oid = found_id;
    if not found then
        message := coalesce(message, pg_catalog.format('handler %s does not exist in database "%s"',
            function_fault.handler, pg_catalog.current_database()));
    elsif found_one.result_type not in ('pg_catalog.void'::regtype, 'cronmill.outcome'::regtype)
        or found_one.prokind <> 'f'
        or found_one.arguments not in ('jsonb', 'bigint, jsonb, integer', 'bigint[], jsonb[]')
        or found_one.result_type <> 'pg_catalog.void'::regtype
            and found_one.arguments = 'bigint[], jsonb[]'
    then
        message := pg_catalog.format('%s cannot be a handler', function_fault.handler);
    elsif not pg_catalog.has_function_privilege(function_fault.run_as, found_id, 'execute')
        or not pg_catalog.has_schema_privilege(
            function_fault.run_as, found_one.pronamespace, 'usage')
    then
        message := pg_catalog.format(
            'role "%s" may not execute handler %s', function_fault.run_as, function_fault.handler);
        hint := pg_catalog.format(
            'grant usage on schema %I to %I; grant execute on function %s to %I;',
            (
                select n.nspname from pg_catalog.pg_namespace as n
                where n.oid = found_one.pronamespace
            ),
            function_fault.run_as, function_fault.handler, function_fault.run_as);
    else
        select pg_catalog.strpos(g.prosrc, 'cronmill.assert_done(') > 0 into wants_outcome
        from pg_catalog.pg_proc as g
        where g.pronamespace = 'cronmill_processor'::regnamespace
            and g.proname = function_fault.processor
            and pg_catalog.oidvectortypes(g.proargtypes) = 'bigint[], jsonb[], integer[], boolean';
        if wants_outcome <> (found_one.result_type = 'cronmill.outcome'::regtype) then
            message := pg_catalog.format(
                'handler %s returns %s now', function_fault.handler, found_one.result_type);
            hint := pg_catalog.format(
                'Have the procedure that calls it generated anew: '
                'cronmill configure %s --database %s --handler %s',
                cronmill.shell_word(function_fault.processor),
                cronmill.shell_word(pg_catalog.current_database()),
                cronmill.shell_word(function_fault.handler));
        end if;
    end if;
    if message is not null and hint is null then
        hint := case
            when function_fault.processor is null then 'A handler is a function (payload jsonb) or '
                '(task_id bigint, payload jsonb, attempt integer) returning void or '
                'cronmill.outcome, or one of a whole batch, '
                '(task_ids bigint[], payloads jsonb[]) returning void.'
            else pg_catalog.format(
                'Make it as it was, or name another one: cronmill configure %s --database %s '
                '--handler SCHEMA.FUNCTION',
                cronmill.shell_word(function_fault.processor),
                cronmill.shell_word(pg_catalog.current_database()))
        end;
    end if;
end
$function$;
comment on function cronmill.function_fault(text, text, text)
    is 'Why a function cannot be a handler at all, and what to do; null if it can.';
revoke all on function cronmill.function_fault(text, text, text) from public;

-- Runs the query of a task, whose text is hostile until proved otherwise, and returns its values,
-- one more than the limit at most. All of it is in a subtransaction that is rolled back; the values
-- outlive it in a variable. An error that another attempt cannot cure raises MC102, so that the
-- task is dead at once; any other is raised as it is.
-- Executed by: the processor's run-as role, from its generated handler.
create or replace function cronmill.query_result(task cronmill.query_task, element anyelement)
returns anyarray
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_values alias for $0;
    element_type constant regtype := pg_typeof(element);
    is_read boolean := false;
    error_sqlstate text;
    error_message text;
    error_detail text;
    error_hint text;
begin
    if not has_database_privilege(current_database(), 'temporary') then
        -- Not the fault of the query: the task is tried again.
        raise exception using
            errcode = 'insufficient_privilege',
            message = format(
                'role "%s" may not make temporary views in database "%s"',
                current_user, current_database()),
            hint = format(
                'grant temporary on database %I to %I;', current_database(), current_user);
    end if;
    begin
        perform pg_catalog.set_config('search_path', (task).search_path, true);
        perform cronmill.view_query(task);
        perform cronmill.check_query(element_type, (task).is_lenient);
        -- For what comes now, until the rollback; PostgreSQL refuses it as a setting of a function
        -- from 16 on.
        perform pg_catalog.set_config('transaction_read_only', 'on', true);
        found_values := array(
            select v.value from cronmill.read_query((task).result_limit + 1, element) as v (value)
        );
        is_read := true;
        raise exception 'to roll back';
    exception
        when raise_exception then
            -- Of the query's own functions, or the one above.
            if not is_read then
                raise;
            end if;
        -- Whole classes: syntax, names, types and privileges; writing; what is not supported.
        when syntax_error_or_access_rule_violation or invalid_transaction_state
            or feature_not_supported or invalid_schema_name or program_limit_exceeded
        then
            get stacked diagnostics
                error_sqlstate = returned_sqlstate,
                error_message = message_text,
                error_detail = pg_exception_detail,
                error_hint = pg_exception_hint;
            error_message := case error_sqlstate
                when '42P11' then 'the task''s query is more than one statement'
                else error_message
            end;
            raise exception using
                errcode = 'MC102',
                message = format('%s (SQLSTATE %s)', error_message, error_sqlstate),
                detail = error_detail,
                hint = error_hint;
    end;
    if (task).over_limit = 'dead' and cardinality(found_values) > (task).result_limit then
        perform cronmill.raise_dead(
            format('the query has more than %s values', (task).result_limit));
    end if;
    return found_values;
end
$function$;
comment on function cronmill.query_result(cronmill.query_task, anyelement)
    is 'Runs the query of a task, read-only and rolled back, and returns its values.';
revoke all on function cronmill.query_result(cronmill.query_task, anyelement) from public;

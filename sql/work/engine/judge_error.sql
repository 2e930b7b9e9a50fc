-- What an error of a part means that may be more than a failure of its task, right after it was
-- caught. A cancel past the deadline is the task's, and said so; one that is no task's fault ends
-- the run (end_reason), and so does a handler that cannot be called at all. It may be called for
-- every part, and has no set clause, because that would cost more than all it does.
-- Executed by: try_parts; the processor's run-as role.
create or replace function cronmill.judge_error(
    run cronmill.run_start,
    error cronmill.task_error,
    began_at timestamptz,
    deadline timestamptz
)
returns cronmill.judged_error
language plpgsql volatile parallel unsafe security invoker
as $function$
declare
    judged cronmill.judged_error;
    code constant pg_catalog.text := (judge_error.error).sqlstate;
begin
    judged.error := judge_error.error;
    if code operator(pg_catalog.=) '57014' then
        if pg_catalog.clock_timestamp() operator(pg_catalog.>=) judge_error.deadline then
            judged.error.message := pg_catalog.format('task timed out after %s',
                judge_error.deadline operator(pg_catalog.-) judge_error.began_at);
        elsif not cronmill.is_own_cancel(
            (judge_error.error).message, (judge_error.error).context)
        then
            judged.end_reason := 'canceled';
            judged.cancel_message := (judge_error.error).message;
        end if;
    end if;
    if (judge_error.run).keeps_attempts then
        judged.error.began_at := judge_error.began_at;
        judged.error.ended_at := pg_catalog.clock_timestamp();
    end if;
    if code operator(pg_catalog.=) any (array[
            '42883', '42725', '42501', '3F000', '42P13', '42804', '42809', '42703', '22P02'
        ])
        and (cronmill.handler_fault((judge_error.run).processor_id)).message is not null
    then
        judged.end_reason := 'no handler';
    end if;
    return judged;
end
$function$;
comment on function cronmill.judge_error(
    cronmill.run_start, cronmill.task_error, timestamptz, timestamptz
) is 'What an error of a part means: for its task, or for the run.';
revoke all on function cronmill.judge_error(
    cronmill.run_start, cronmill.task_error, timestamptz, timestamptz
) from public;

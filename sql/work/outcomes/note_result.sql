-- Notes the result that a task of a graph has given, before it is noted that it is done; one of no
-- graph has nobody who asks for it. Returns whether the outcome is a result, and the task's number
-- is known: then it is done as others are. Changes cronmill.node.
-- Executed by: assert_done; the processor's run-as role.
create or replace function cronmill.note_result(task_id bigint, outcome cronmill.outcome)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
-- A plan is kept for the session, and may be made while there is hardly a node.
set enable_seqscan = off
as $function$
begin
    if note_result.task_id is null or (note_result.outcome).kind is distinct from 'result' then
        return false;
    end if;
    update cronmill.node as n
    set result = (note_result.outcome).result
    where n.task_id = note_result.task_id
        and n.state = 'ready'
        and exists (
            select
            from cronmill.processor as p
            where p.queue_id = n.queue_id and p.run_as = session_user
        );
    return true;
end
$function$;
comment on function cronmill.note_result(bigint, cronmill.outcome)
    is 'Notes the result that a task of a graph has given.';
revoke all on function cronmill.note_result(bigint, cronmill.outcome) from public;

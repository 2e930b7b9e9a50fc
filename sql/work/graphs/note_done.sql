-- Notes of tasks of graphs that they are done; the caller has just taken them out of cronmill.task,
-- and settles it last. A result may have been noted before (note_result). Changes cronmill.node.
-- Executed by: finish.
create or replace function cronmill.note_done(task_ids bigint[], result jsonb)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
-- A plan is kept for the session, and may be made while there is hardly a node.
set enable_seqscan = off
as $function$
begin
    update cronmill.node as n
    set
        state = 'done', is_settled = false, ended_at = clock_timestamp(),
        result = coalesce(note_done.result, n.result)
    where n.task_id = any (note_done.task_ids);
end
$function$;
comment on function cronmill.note_done(bigint[], jsonb)
    is 'Notes of tasks of graphs that they are done.';
revoke all on function cronmill.note_done(bigint[], jsonb) from public;

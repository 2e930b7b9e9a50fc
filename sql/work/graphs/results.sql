-- What the tasks that a task of a graph comes after have given as results, by their refs: of those
-- that are done, null for one that gave none. For handlers, of the queue of their processor; of
-- others' tasks it says nothing.
-- Executed by: handlers, as the run-as role.
create or replace function cronmill.results(task_id bigint)
returns jsonb
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select coalesce(jsonb_object_agg(p.ref, p.result), '{}')
        from cronmill.node as n
        join cronmill.edge as e on e.child_id = n.task_id
        join cronmill.node as p on p.task_id = e.parent_id
        where n.task_id = results.task_id
            and p.state = 'done'
            and exists (
                select
                from cronmill.processor as o
                where o.queue_id = n.queue_id and o.run_as = session_user
            )
    );
end
$function$;
comment on function cronmill.results(bigint)
    is 'What the tasks that a task of a graph comes after have given as results, by their refs.';
revoke all on function cronmill.results(bigint) from public;

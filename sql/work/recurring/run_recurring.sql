-- Makes a task, or a graph, of a recurring template now, besides its ticks, which it does not move;
-- also of one that is disabled. Its _tick is now. Returns its number; neither if there is none,
-- because one with its key waits, or one of it is not done yet and they may not overlap. Changes
-- cronmill.task, cronmill.graph, cronmill.node, cronmill.edge and, of a graph, cronmill.recurring.
-- Executed by: producers and operators.
create or replace function cronmill.run_recurring(
    name text, out task_id bigint, out graph_id bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    template constant cronmill.recurring := cronmill.own_recurring(run_recurring.name);
    fired constant cronmill.recurring := cronmill.fire_tick(template, clock_timestamp());
begin
    if fired.last_graph_id is distinct from template.last_graph_id then
        graph_id := fired.last_graph_id;
        -- By it the next tick knows whether the one before has ended.
        update cronmill.recurring as r
        set last_graph_id = fired.last_graph_id
        where r.recurring_id = fired.recurring_id;
    elsif fired.last_task_id is distinct from template.last_task_id then
        task_id := fired.last_task_id;
    end if;
    if num_nonnulls(graph_id, task_id) > 0 then
        perform cronmill.wake(template.queue_id);
    end if;
end
$function$;
comment on function cronmill.run_recurring(text)
    is 'Makes a task or a graph of a recurring template now; neither if one is not done yet.';
revoke all on function cronmill.run_recurring(text) from public;

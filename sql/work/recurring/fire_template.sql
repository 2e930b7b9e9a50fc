-- Fires what is due of one template, whose row the caller has locked: makes a task or a graph for
-- each tick, and moves it on to the next one. Returns how many ticks that were. Changes
-- cronmill.recurring, cronmill.task, cronmill.graph, cronmill.node and cronmill.edge.
-- Executed by: fire_templates.
create or replace function cronmill.fire_template(
    template cronmill.recurring, now_at timestamptz, most integer
)
returns integer
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    due record;
    tick timestamptz;
    fired cronmill.recurring := fire_template.template;
begin
    if (fire_template.template).defined_by is not null
        and not cronmill.is_producer(
            (fire_template.template).defined_by, (fire_template.template).queue_id)
    then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s", which defined it, may no longer enqueue to its queue',
                (fire_template.template).defined_by);
    end if;
    select d.ticks, d.next_at into due
    from cronmill.due_ticks(
        fire_template.template, fire_template.now_at, fire_template.most) as d;
    foreach tick in array due.ticks loop
        fired := cronmill.fire_tick(fired, tick);
    end loop;
    update cronmill.recurring as r
    set
        enabled = due.next_at is not null,
        next_at = due.next_at,
        last_at = coalesce(tick, r.last_at),
        last_task_id = fired.last_task_id,
        last_graph_id = fired.last_graph_id
    where r.recurring_id = (fire_template.template).recurring_id;
    return cardinality(due.ticks);
end
$function$;
comment on function cronmill.fire_template(cronmill.recurring, timestamptz, integer)
    is 'Fires what is due of one template.';
revoke all on function cronmill.fire_template(cronmill.recurring, timestamptz, integer)
    from public;

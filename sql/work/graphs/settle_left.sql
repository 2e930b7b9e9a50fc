-- Settles what earlier transactions could not, see settle: of the processor's queue, or without one
-- of all. A graph that somebody holds is left for the next time. There is hardly ever any.
-- Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: note_progress, prune_graphs, run; the processor's run-as role.
create or replace function cronmill.settle_left(processor_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    graph_ids bigint[];
    ended bigint[];
begin
    if not exists (select from cronmill.node as n where n.is_left) then
        return;
    end if;
    select array_agg(g.graph_id)
    into graph_ids
    from (
        select g.graph_id
        from cronmill.graph as g
        where g.graph_id in (
                select n.graph_id
                from cronmill.node as n
                where n.is_left
                    and (
                        settle_left.processor_id is null
                        or n.queue_id in (
                            select p.queue_id
                            from cronmill.processor as p
                            where p.processor_id = settle_left.processor_id
                                and p.run_as = session_user
                        )
                    )
            )
        order by g.graph_id
        for no key update skip locked
    ) as g;
    if graph_ids is null then
        return;
    end if;
    with told as (
        update cronmill.node as n
        set is_settled = true, is_left = false
        where n.is_left and not n.is_settled and n.graph_id = any (graph_ids)
        returning n.task_id
    )
    select array_agg(t.task_id) into ended from told as t;
    perform cronmill.spread(graph_ids, ended);
end
$function$;
comment on function cronmill.settle_left(integer)
    is 'Settles what earlier transactions could not.';
revoke all on function cronmill.settle_left(integer) from public;

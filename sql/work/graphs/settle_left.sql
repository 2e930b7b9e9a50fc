-- Settles what earlier transactions could not, see settle: of the processor's queue, or without one
-- of all. A graph that somebody holds is left for the next time. One in which an end cannot be told
-- is passed over from then on, with the reason, but for the call without a processor: nobody's run
-- fails for it. There is hardly ever any. Returns whether it has done something.
-- Changes cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: prune_graphs, tell_left; the processor's run-as role.
create or replace function cronmill.settle_left(processor_id integer)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    graph_ids bigint[];
    failed_id bigint;
begin
    if not exists (select from cronmill.node as n where n.is_left) then
        return false;
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
            and (g.error is null or settle_left.processor_id is null)
        order by g.graph_id
        for no key update skip locked
    ) as g;
    if graph_ids is null then
        return false;
    end if;
    begin
        perform cronmill.settle_graphs(graph_ids);
        return true;
    exception
        when others then
            null;
    end;
    -- More subtransactions slow every other session's snapshots.
    foreach failed_id in array graph_ids[: 60] loop
        begin
            perform cronmill.settle_graphs(array[failed_id]);
        exception
            when transaction_rollback or lock_not_available or insufficient_resources
                or system_error or operator_intervention
            then
                null;
            when others then
                update cronmill.graph as g set error = sqlerrm where g.graph_id = failed_id;
        end;
    end loop;
    return true;
end
$function$;
comment on function cronmill.settle_left(integer)
    is 'Settles what earlier transactions could not; says whether there was something.';
revoke all on function cronmill.settle_left(integer) from public;

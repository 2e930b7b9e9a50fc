-- Removes, of each processor, enabled or not, finished tasks older than keep_done, dead ones older
-- than keep_dead, and what was noted of old runs, with failed attempts older than keep_attempts; at
-- most so many of each. Tasks that somebody else has locked are left for the next time. A rehearsal
-- counts, without a limit, and removes nothing. Graphs that are over long enough go, too, uncounted
-- (prune_graphs). Changes cronmill.done_task, cronmill.dead_task, cronmill.run, cronmill.slot,
-- cronmill.failed_attempt, and what prune_graphs does.
-- Executed by: tidy; operators; cronmill prune.
create or replace function cronmill.prune_tasks(
    max_rows integer, is_rehearsal boolean default false
)
returns table (processor text, done_tasks bigint, dead_tasks bigint, runs bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    one cronmill.processor;
    now_at constant timestamptz := clock_timestamp();
    node_ids bigint[];
begin
    for one in select p.* from cronmill.processor as p order by p.name loop
        processor := one.name;
        if is_rehearsal then
            select count(*) into done_tasks
            from cronmill.done_task as d
            where d.queue_id = one.queue_id and d.finished_at < now_at - one.keep_done;
            select count(*) into dead_tasks
            from cronmill.dead_task as d
            where d.queue_id = one.queue_id and d.failed_at < now_at - one.keep_dead;
            select count(*) into runs
            from cronmill.run as r
            join cronmill.slot as s on s.slot_id = r.slot_id
            where s.processor_id = one.processor_id and r.started_at < now_at - interval '7 days';
            select runs + count(*) into runs
            from cronmill.failed_attempt as a
            where a.queue_id = one.queue_id
                and a.failed_at < now_at - coalesce(one.keep_attempts, interval '0');
        else
            done_tasks := 0;
            dead_tasks := 0;
            if one.keep_done is not null then
                with gone as (
                    delete from cronmill.done_task as d
                    where d.task_id in (
                        select o.task_id
                        from cronmill.done_task as o
                        where o.queue_id = one.queue_id and o.finished_at < now_at - one.keep_done
                        order by o.finished_at
                        limit max_rows
                        for update skip locked
                    )
                    returning 1
                )
                select count(*) into done_tasks from gone;
            end if;
            if one.keep_dead is not null then
                with gone as (
                    delete from cronmill.dead_task as d
                    where d.task_id in (
                        select o.task_id
                        from cronmill.dead_task as o
                        left join cronmill.node as n
                            on n.task_id = o.task_id and o.graph_id is not null
                        where o.queue_id = one.queue_id and o.failed_at < now_at - one.keep_dead
                            and n.is_settled is distinct from false
                        limit max_rows
                        for update of o skip locked
                    )
                    returning d.task_id, d.graph_id
                )
                select count(*), array_agg(g.task_id) filter (where g.graph_id is not null)
                into dead_tasks, node_ids
                from gone as g;
                perform cronmill.end_nodes(node_ids) where node_ids is not null;
            end if;
            select coalesce(sum(cronmill.forget_runs(s.slot_id, max_rows)), 0) into runs
            from cronmill.slot as s
            where s.processor_id = one.processor_id;
            with gone as (
                delete from cronmill.failed_attempt as a
                where a.attempt_id in (
                    select o.attempt_id
                    from cronmill.failed_attempt as o
                    where o.queue_id = one.queue_id
                        and o.failed_at < now_at - coalesce(one.keep_attempts, interval '0')
                    order by o.failed_at
                    limit max_rows
                    for update skip locked
                )
                returning 1
            )
            select runs + count(*) into runs from gone;
        end if;
        return next;
    end loop;
    if not is_rehearsal then
        perform cronmill.prune_graphs(max_rows);
    end if;
end
$function$;
comment on function cronmill.prune_tasks(integer, boolean)
    is 'Removes finished and dead tasks that have been kept long enough, of every processor.';
revoke all on function cronmill.prune_tasks(integer, boolean) from public;

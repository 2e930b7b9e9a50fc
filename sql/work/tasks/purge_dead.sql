-- Deletes dead tasks that failed for the last time longer ago than that; without a queue, of all
-- queues; with tags, what the payload contains (see find_tasks), or numbers, only those that fit.
-- What another session has locked, because it redrives or purges it, is left out.
-- One call is one transaction. To do many in several: max_tasks, and after_id the last_id of the
-- call before, until last_id is null.
-- What waits for one of a graph to be done is canceled.
-- Changes cronmill.dead_task, cronmill.node, cronmill.graph and cronmill.task.
-- Executed by: the installer, and whom it grants it.
create or replace function cronmill.purge_dead(
    queue text,
    older_than interval,
    max_tasks integer default null,
    after_id bigint default 0,
    tags_all text[] default null,
    tags_any text[] default null,
    payload_contains jsonb default null,
    task_ids bigint[] default null,
    out purged bigint,
    out last_id bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    only_queue_id constant integer := case
        when purge_dead.queue is not null then cronmill.queue_id(purge_dead.queue)
    end;
    failed_before constant timestamptz := cronmill.age_limit(purge_dead.older_than);
    found_ids bigint[];
    last_found bigint;
    node_ids bigint[];
begin
    if num_nonnulls(purge_dead.tags_all, purge_dead.tags_any, purge_dead.payload_contains) > 0 then
        -- Nothing found is an empty list, not no list, which would be everything.
        select coalesce(array_agg(f.task_id), '{}'), max(f.task_id) into found_ids, last_found
        from cronmill.find_tasks(
            purge_dead.queue, purge_dead.tags_all, purge_dead.tags_any, purge_dead.payload_contains,
            'dead', purge_dead.after_id, purge_dead.max_tasks) as f;
    end if;
    with gone as (
        delete from cronmill.dead_task as d
        where d.task_id in (
            select p.task_id
            from cronmill.dead_task as p
            left join cronmill.node as n on n.task_id = p.task_id and p.graph_id is not null
            where (only_queue_id is null or p.queue_id = only_queue_id)
                and p.task_id > purge_dead.after_id
                and (purge_dead.task_ids is null or p.task_id = any (purge_dead.task_ids))
                and (
                    found_ids is null
                    or p.task_id <= last_found
                    and p.task_id in (select f.task_id from unnest(found_ids) as f (task_id))
                )
                and p.failed_at < failed_before
                -- That it is dead has to be told before.
                and n.is_settled is distinct from false
            order by p.task_id
            limit purge_dead.max_tasks
            for update of p skip locked
        )
        returning d.task_id, d.graph_id
    )
    select
        count(*), max(g.task_id), array_agg(g.task_id) filter (where g.graph_id is not null)
    into purge_dead.purged, purge_dead.last_id, node_ids
    from gone as g;
    if found_ids is not null then
        -- Those that are not old enough are passed over.
        purge_dead.last_id := last_found;
    end if;
    if node_ids is not null then
        perform cronmill.end_nodes(node_ids);
    end if;
end
$function$;
comment on function cronmill.purge_dead(
    text, interval, integer, bigint, text[], text[], jsonb, bigint[])
    is 'Deletes dead tasks that failed longer ago than that.';
revoke all on function cronmill.purge_dead(
    text, interval, integer, bigint, text[], text[], jsonb, bigint[]) from public;

-- Puts dead tasks back into their queue: with the number they had, no attempts and no error, ready
-- now. Without a queue all queues are meant; of numbers, text in the message, SQLSTATE, tags and
-- what the payload contains (see find_tasks) all that are given have to fit. A task whose unique
-- key another task holds stays dead and is counted as kept. Two sessions at once do not put a task
-- back twice: each leaves out what the other has locked.
-- One call is one transaction. To do many in several: max_tasks, and after_id the last_id of the
-- call before, until last_id is null.
-- The first of a group is its lowest number, so a task put back goes before those of its group that
-- wait; what is being done of the group at this moment is finished first, because a slot locks the
-- group.
-- What a task of a graph holds is held until it ends again.
-- Changes cronmill.task, cronmill.dead_task and cronmill.node.
-- Executed by: the installer, and whom it grants it.
create or replace function cronmill.redrive(
    queue text default null,
    task_ids bigint[] default null,
    error_text text default null,
    error_sqlstate text default null,
    max_tasks integer default null,
    after_id bigint default 0,
    tags_all text[] default null,
    tags_any text[] default null,
    payload_contains jsonb default null,
    out redriven bigint,
    out kept bigint,
    out last_id bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- queue_id() raises where there is no such queue.
    only_queue_id constant integer := case
        when redrive.queue is not null then cronmill.queue_id(redrive.queue)
    end;
    found_ids bigint[];
    last_found bigint;
begin
    if num_nonnulls(redrive.tags_all, redrive.tags_any, redrive.payload_contains) > 0 then
        -- Nothing found is an empty list, not no list, which would be everything.
        select coalesce(array_agg(f.task_id), '{}'), max(f.task_id) into found_ids, last_found
        from cronmill.find_tasks(
            redrive.queue, redrive.tags_all, redrive.tags_any, redrive.payload_contains,
            'dead', redrive.after_id, redrive.max_tasks) as f;
    end if;
    with picked as materialized (
        select d.*
        from cronmill.dead_task as d
        where (only_queue_id is null or d.queue_id = only_queue_id)
            and d.task_id > redrive.after_id
            and (
                found_ids is null
                or d.task_id <= last_found
                and d.task_id in (select f.task_id from unnest(found_ids) as f (task_id))
            )
            and (redrive.task_ids is null or d.task_id = any (redrive.task_ids))
            and (redrive.error_text is null or strpos(d.error_message, redrive.error_text) > 0)
            and (redrive.error_sqlstate is null or d.error_sqlstate = redrive.error_sqlstate)
            -- That one of a graph is dead has to be told before.
            and not exists (
                select from cronmill.node as n
                where d.graph_id is not null and n.task_id = d.task_id and not n.is_settled
            )
        order by d.task_id
        limit redrive.max_tasks
        for update skip locked
    ),
    returned as (
        insert into cronmill.task (
            task_id, queue_id, priority, run_at, enqueued_at, payload, unique_key, group_key,
            timeout, max_attempts, tags, graph_id
        )
        overriding system value
        select
            p.task_id, p.queue_id, p.priority, clock_timestamp(), p.enqueued_at,
            -- A query that is remembered as failed is done again only if it says so.
            case when q.queue_id is not null and jsonb_typeof(p.payload) = 'object'
                then p.payload || '{"refresh": true}' else p.payload end,
            p.unique_key, p.group_key, p.timeout, p.max_attempts, p.tags, p.graph_id
        from picked as p
        left join cronmill.processor as q on q.queue_id = p.queue_id and q.result_table is not null
        order by p.task_id
        on conflict (queue_id, unique_key)
            where unique_key is not null and taken_by is null do nothing
        returning task.task_id, task.graph_id
    ),
    noted as (
        update cronmill.node as n
        set state = 'ready', has_died = true, ready_at = clock_timestamp(), ended_at = null
        from returned as r
        where n.task_id = r.task_id and r.graph_id is not null
    ),
    gone as (
        delete from cronmill.dead_task as d
        using returned as r
        where d.task_id = r.task_id
        returning 1
    )
    select count(*), max(p.task_id), (select count(*) from gone)
    into redrive.kept, redrive.last_id, redrive.redriven
    from picked as p;
    redrive.kept := redrive.kept - redrive.redriven;
    if found_ids is not null then
        -- What of these was not put back is passed over, too.
        redrive.last_id := last_found;
    end if;
    if redrive.redriven > 0 then
        perform cronmill.wake(q.queue_id)
        from cronmill.queue as q
        where only_queue_id is null or q.queue_id = only_queue_id;
    end if;
end
$function$;
comment on function cronmill.redrive(
    text, bigint[], text, text, integer, bigint, text[], text[], jsonb)
    is 'Puts dead tasks back into their queue: all of them, by number, by error, or by tags.';
revoke all on function cronmill.redrive(
    text, bigint[], text, text, integer, bigint, text[], text[], jsonb) from public;

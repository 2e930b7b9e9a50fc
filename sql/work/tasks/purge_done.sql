-- Deletes finished tasks that were done longer ago than that, the oldest first; without a queue, of
-- all queues; with tags, or what the payload contains, only those that fit (see find_tasks). What
-- another session deletes at this moment is left out.
-- One call is one transaction. To do many in several: max_tasks, until nothing is purged.
-- Returns the number deleted. Changes cronmill.done_task.
-- Executed by: the installer, and whom it grants it.
create or replace function cronmill.purge_done(
    queue text,
    older_than interval,
    max_tasks integer default null,
    tags_all text[] default null,
    tags_any text[] default null,
    payload_contains jsonb default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    only_queue_id constant integer := case
        when purge_done.queue is not null then cronmill.queue_id(purge_done.queue)
    end;
    finished_before constant timestamptz := cronmill.age_limit(purge_done.older_than);
    wanted_all constant text[] := cronmill.check_tags(purge_done.tags_all, true);
    wanted_any constant text[] := cronmill.check_tags(purge_done.tags_any, true);
    purged bigint;
begin
    if purge_done.payload_contains is not null then
        perform cronmill.assert_searchable(purge_done.queue, 'done_task', true);
    end if;
    with gone as (
        delete from cronmill.done_task as d
        where d.task_id in (
            select p.task_id
            from cronmill.queue as q
            cross join lateral (
                select o.task_id
                from cronmill.done_task as o
                where o.queue_id = q.queue_id and o.finished_at < finished_before
                    and (wanted_all is null or o.tags @> wanted_all)
                    and (wanted_any is null or o.tags && wanted_any)
                    and (
                        purge_done.payload_contains is null
                        or o.payload @> purge_done.payload_contains
                    )
                order by o.finished_at
                limit purge_done.max_tasks
                for update skip locked
            ) as p
            where only_queue_id is null or q.queue_id = only_queue_id
            limit purge_done.max_tasks
        )
        returning 1
    )
    select count(*) into purged from gone as g;
    return purged;
end
$function$;
comment on function cronmill.purge_done(
    text, interval, integer, text[], text[], jsonb)
    is 'Deletes finished tasks that were done longer ago than that.';
revoke all on function cronmill.purge_done(
    text, interval, integer, text[], text[], jsonb) from public;

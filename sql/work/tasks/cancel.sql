-- Removes waiting tasks and says of each number what became of it: canceled; running (locked: a
-- slot is doing it, or another session is changing it at this moment); dead or done (it is in that
-- table); unknown (done and not kept, canceled before, or never there). Never waits for a handler.
-- No index finds a task by its number alone (tables/task.sql): the table is read once, however many
-- numbers there are, and once more if some of them cannot be canceled. With 5 million tasks waiting
-- (560 MB, shared_buffers of 128 MB) a call took 0.5 s of CPU time for one number, 0.6 s for a
-- thousand, and 0.8 s where one of them was not there; 2 to 4 s by the clock on two cores that were
-- busy with other things.
-- Of graphs also those that wait for others, which are canceled, too, if they wait for those named.
-- Changes cronmill.task, cronmill.node and cronmill.graph.
-- Executed by: the installer, and whom it grants it.
create or replace function cronmill.cancel(task_ids bigint[])
returns table (task_id bigint, result text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    taken record;
    running bigint[];
    waiting bigint[];
begin
    -- A task that has moved meanwhile, because it failed, is followed: its number is the same.
    select array_agg(t.task_id) as task_ids, array_agg(t.ctid) as places
    into taken
    from (
        select t.task_id, t.ctid
        from cronmill.task as t
        where t.task_id in (select a.task_id from unnest(cancel.task_ids) as a (task_id))
            and not cronmill.is_in_hand(t.xmax)
        for update of t skip locked
    ) as t;
    delete from cronmill.task as t where t.ctid = any (taken.places);
    -- A task of a graph may not be in a queue yet; and others wait for it.
    if exists (
        select
        from unnest(cancel.task_ids) as a (task_id)
        join cronmill.node as n on n.task_id = a.task_id
    ) then
        waiting := cronmill.cancel_waiting(cancel.task_ids);
        perform cronmill.end_nodes(taken.task_ids);
        taken.task_ids := taken.task_ids || waiting;
    end if;
    if exists (
        select a.task_id from unnest(cancel.task_ids) as a (task_id)
        except
        select c.task_id from unnest(taken.task_ids) as c (task_id)
    ) then
        select array_agg(t.task_id)
        into running
        from cronmill.task as t
        where t.task_id in (select a.task_id from unnest(cancel.task_ids) as a (task_id));
    end if;
    return query
    select
        a.task_id,
        case
            when c.task_id is not null then 'canceled'
            when r.task_id is not null then 'running'
            when exists (select 1 from cronmill.dead_task as d where d.task_id = a.task_id)
                then 'dead'
            when exists (select 1 from cronmill.done_task as d where d.task_id = a.task_id)
                then 'done'
            when n.state = 'waiting' then 'running'
            when n.state = 'done' then 'done'
            else 'unknown'
        end
    from (
        select distinct a.task_id
        from unnest(cancel.task_ids) as a (task_id)
        where a.task_id is not null
    ) as a
    left join unnest(taken.task_ids) as c (task_id) on c.task_id = a.task_id
    left join unnest(running) as r (task_id) on r.task_id = a.task_id
    left join cronmill.node as n on n.task_id = a.task_id
    order by a.task_id;
end
$function$;
comment on function cronmill.cancel(bigint[])
    is 'Removes waiting tasks; says of each whether it is canceled, running, '
        'dead, done or unknown.';
revoke all on function cronmill.cancel(bigint[]) from public;

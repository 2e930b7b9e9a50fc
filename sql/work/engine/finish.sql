-- Ends tasks whose handler did not fail, in the handler's own transaction: removes them, or moves
-- them to done_task where finished tasks are kept; a single one may also be put off, or buried, as
-- the handler says. Notes it of those of graphs, which the caller settles; that there are none
-- (has_nodes) makes it cheaper. Returns done, snooze or dead. Changes cronmill.task,
-- cronmill.done_task, cronmill.dead_task, cronmill.failed_attempt and cronmill.node.
-- Executed by: fail, try_batch, try_parts; the processor's run-as role.
create or replace function cronmill.finish(
    processor_id integer,
    task_ids bigint[],
    places tid[],
    outcome cronmill.outcome default null,
    has_nodes boolean default true
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    own_queue_id integer;
    is_kept boolean;
    keeps_attempts boolean;
    charged integer;
    removed integer;
    node_ids bigint[];
begin
    select p.queue_id, p.keep_done is not null, p.keep_attempts is not null
    into own_queue_id, is_kept, keeps_attempts
    from cronmill.processor as p
    where p.processor_id = finish.processor_id
        and p.run_as = session_user;
    if coalesce((finish.outcome).kind, 'done') in ('done', 'result') then
        if is_kept then
            with finished as (
                delete from cronmill.task as t
                where t.ctid = any (finish.places) and t.queue_id = own_queue_id
                returning t.*
            ),
            kept as (
                insert into cronmill.done_task (
                    task_id, queue_id, priority, attempts, run_at, enqueued_at, finished_at,
                    payload, unique_key, group_key, tags, graph_id
                )
                select
                    f.task_id, f.queue_id, f.priority,
                    f.attempts - (f.began_at is not null)::integer, f.run_at, f.enqueued_at,
                    clock_timestamp(), f.payload, f.unique_key, f.group_key, f.tags,
                    f.graph_id
                from finished as f
            )
            select count(*), array_agg(f.task_id) filter (where f.graph_id is not null)
            into removed, node_ids
            from finished as f;
        elsif finish.has_nodes then
            -- The caller holds these rows locked: what is in their places is they.
            with finished as (
                delete from cronmill.task as t
                where t.ctid = any (finish.places) and t.queue_id = own_queue_id
                returning t.task_id, t.graph_id
            )
            select count(*), array_agg(f.task_id) filter (where f.graph_id is not null)
            into removed, node_ids
            from finished as f;
        else
            delete from cronmill.task as t
            where t.ctid = any (finish.places) and t.queue_id = own_queue_id;
            get diagnostics removed = row_count;
        end if;
        if removed <> cardinality(finish.places) then
            raise exception using
                errcode = 'MC000',
                message = pg_catalog.format(
                    '%s of %s tasks of the batch are no longer in the queue',
                    cardinality(finish.places) - removed, cardinality(finish.places)),
                detail = 'What their handlers did is rolled back.';
        end if;
        if node_ids is not null then
            perform cronmill.note_done(node_ids, (finish.outcome).result);
        end if;
        return 'done';
    end if;
    select t.attempts - (t.began_at is not null)::integer
    into charged
    from cronmill.task as t
    where t.ctid = finish.places[1]
        and t.task_id = finish.task_ids[1]
        and t.queue_id = own_queue_id;
    if not found then
        return 'done';
    end if;
    if (finish.outcome).kind = 'snooze' then
        perform cronmill.put_back(
            finish.task_ids[1], finish.places[1], charged,
            greatest(cronmill.within_time((finish.outcome).run_at), clock_timestamp()));
        return 'snooze';
    end if;
    if keeps_attempts then
        perform cronmill.note_attempts(
            finish.processor_id, finish.task_ids[1 : 1], finish.places[1 : 1],
            array[('MC102', coalesce((finish.outcome).reason, 'the handler gave no reason'), null,
                null, null, null, null)::cronmill.task_error]);
    end if;
    perform cronmill.bury(
        finish.task_ids[1], finish.places[1], charged + 1, 'MC102',
        coalesce((finish.outcome).reason, 'the handler gave no reason'), null, null, null);
    return 'dead';
end
$function$;
comment on function cronmill.finish(integer, bigint[], tid[], cronmill.outcome, boolean)
    is 'Ends tasks that are done, or one as its handler says: done, later, or dead.';
revoke all on function cronmill.finish(integer, bigint[], tid[], cronmill.outcome, boolean)
    from public;

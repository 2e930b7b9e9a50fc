-- Removes waiting tasks of a queue, found by tags or by what the payload contains (see find_tasks).
-- Never waits for a handler: what a slot is doing, or another session is changing at this moment,
-- is left alone and counted as running.
-- One call is one transaction. To do many in several: max_tasks, and after_id the last_id of the
-- call before, until last_id is null.
-- Of graphs what waits for those is told.
-- Changes cronmill.task, cronmill.node and cronmill.graph.
-- Executed by: the installer, and whom it grants it.
create or replace function cronmill.cancel_tasks(
    queue text,
    tags_all text[] default null,
    tags_any text[] default null,
    payload_contains jsonb default null,
    max_tasks integer default null,
    after_id bigint default 0,
    out canceled bigint,
    out running bigint,
    out last_id bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
-- Each is looked up by the key that was found, whatever is known of the table.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $function$
declare
    only_queue_id constant integer := cronmill.queue_id(cancel_tasks.queue);
    places tid[];
    node_ids bigint[];
begin
    if num_nonnulls(cancel_tasks.tags_all, cancel_tasks.tags_any, cancel_tasks.payload_contains) = 0
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'no tags and no payload are given',
            hint = 'By numbers tasks are canceled with cronmill.cancel.';
    end if;
    with found as materialized (
        select f.priority, f.run_at, f.task_id
        from cronmill.find_tasks(
            cancel_tasks.queue, cancel_tasks.tags_all, cancel_tasks.tags_any,
            cancel_tasks.payload_contains, 'waiting', cancel_tasks.after_id,
            cancel_tasks.max_tasks) as f
    ),
    held as (
        select t.ctid as place
        from found as f
        join cronmill.task as t
            on t.queue_id = only_queue_id
            and t.priority = f.priority
            and t.run_at = f.run_at
            and t.task_id = f.task_id
        where not cronmill.is_in_hand(t.xmax)
        for update of t skip locked
    )
    select
        (select array_agg(h.place) from held as h),
        (select count(*) from found as f),
        (select max(f.task_id) from found as f)
    into places, cancel_tasks.running, cancel_tasks.last_id;
    with gone as (
        delete from cronmill.task as t
        where t.ctid = any (places)
        returning t.task_id, t.graph_id
    )
    select count(*), array_agg(g.task_id) filter (where g.graph_id is not null)
    into canceled, node_ids
    from gone as g;
    if node_ids is not null then
        perform cronmill.end_nodes(node_ids);
    end if;
    cancel_tasks.running := cancel_tasks.running - cancel_tasks.canceled;
end
$function$;
comment on function cronmill.cancel_tasks(text, text[], text[], jsonb, integer, bigint)
    is 'Removes waiting tasks that are found by tags or payload, but for those at work.';
revoke all on function cronmill.cancel_tasks(text, text[], text[], jsonb, integer, bigint)
    from public;

-- Locks tasks of a batch whose transaction was rolled back, or one whose attempt has begun, to be
-- done part by part, each once; those another slot has taken meanwhile are left out, and so is of a
-- group what no longer follows its first task without a gap. They are found by their places, which
-- a rollback does not change; the number tells a task from another that has come to its place
-- since. The rows stay until finish or fail. In its transaction the slot's lock cannot be given
-- away.
-- Executed by: retry_in_parts; the processor's run-as role.
create or replace function cronmill.claim_again(
    processor_id integer, slot_id integer, task_ids bigint[], places tid[]
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    own_queue_id integer;
    is_paused boolean;
    longest interval;
    batch cronmill.claim;
    tasks_of_groups bigint;
    overrides bigint;
    left_out bigint[];
begin
    select p.queue_id, p.paused, p.timeout into own_queue_id, is_paused, batch.timeout
    from cronmill.processor as p
    join cronmill.slot as s on s.processor_id = p.processor_id and s.slot_id = claim_again.slot_id
    where p.processor_id = claim_again.processor_id
        and p.run_as = session_user;
    if not found
        or not pg_catalog.pg_try_advisory_xact_lock(
            cronmill.lock_class('slot'), claim_again.slot_id)
    then
        return batch;
    end if;
    with locked as materialized (
        select t.task_id, t.ctid as place, t.payload, t.timeout, t.group_key, t.graph_id,
            t.attempts - case when t.began_at is null then 0 else 1 end as attempts
        from cronmill.task as t
        where t.ctid = any (claim_again.places)
            and t.queue_id = own_queue_id
            -- An attempt that has begun is made, although its task is put off already.
            and (t.began_at is not null or (not is_paused and t.run_at <= clock_timestamp()))
        for update skip locked
    ),
    mine as (
        -- One that was set aside stands among those that are still to be done, too, if they have
        -- not come to its place.
        select distinct on (l.task_id) w.position, l.*
        from unnest(claim_again.task_ids, claim_again.places)
            with ordinality as w (task_id, place, position)
        join locked as l on l.task_id = w.task_id and l.place = w.place
        order by l.task_id, w.position
    )
    select
        array_agg(m.task_id), array_agg(m.place), array_agg(m.payload),
        array_agg(m.attempts::integer), array_agg(m.timeout), count(m.timeout), count(m.group_key),
        max(coalesce(m.timeout, batch.timeout)), count(m.graph_id) > 0
    into
        batch.task_ids, batch.places, batch.payloads, batch.attempts,
        batch.timeouts, overrides, tasks_of_groups, longest, batch.has_nodes
    from (select m.* from mine as m order by m.position) as m;
    batch.has_groups := tasks_of_groups > 0;
    if batch.task_ids is not null then
        perform cronmill.hold_deadline(clock_timestamp() + longest);
    end if;
    if overrides = 0 then
        batch.timeouts := null;
    end if;
    if not batch.has_groups then
        return batch;
    end if;

    with mine as (
        select
            t.group_key, t.task_id,
            row_number() over (partition by t.group_key order by t.task_id) as place_in_group
        from cronmill.task as t
        where t.ctid = any (batch.places) and t.group_key is not null
    ),
    groups as materialized (
        select
            m.group_key, count(*) as total,
            cronmill.lock_group(own_queue_id, m.group_key, min(m.task_id)) as is_mine
        from mine as m
        group by m.group_key
    ),
    waiting as (
        select g.group_key, f.task_id, f.place_in_group
        from groups as g
        cross join lateral (
            select w.task_id, row_number() over (order by w.task_id) as place_in_group
            from (
                select t.task_id
                from cronmill.task as t
                where t.queue_id = own_queue_id and t.group_key = g.group_key
                order by t.task_id
                limit g.total
            ) as w
        ) as f
        where g.is_mine
    ),
    compared as (
        select
            m.task_id,
            bool_and(w.task_id is not null)
                over (partition by m.group_key order by m.task_id) as is_next
        from mine as m
        left join waiting as w
            on w.group_key = m.group_key
                and w.place_in_group = m.place_in_group
                and w.task_id = m.task_id
    )
    select array_agg(c.task_id) into left_out from compared as c where not c.is_next;
    if left_out is not null then
        select
            array_agg(b.task_id), array_agg(b.place), array_agg(b.payload), array_agg(b.attempts),
            case when overrides > 0 then array_agg(b.timeout) end
        into batch.task_ids, batch.places, batch.payloads, batch.attempts, batch.timeouts
        from (
            select b.task_id, b.place, b.payload, b.attempts, b.timeout
            from unnest(
                batch.task_ids, batch.places, batch.payloads, batch.attempts,
                coalesce(
                    batch.timeouts, array_fill(null::interval, array[cardinality(batch.task_ids)]))
            ) with ordinality as b (task_id, place, payload, attempts, timeout, position)
            where b.task_id <> all (left_out)
            order by b.position
        ) as b;
    end if;
    return batch;
end
$function$;
comment on function cronmill.claim_again(integer, integer, bigint[], tid[])
    is 'Locks tasks of a rolled-back batch, to be done part by part.';
revoke all on function cronmill.claim_again(integer, integer, bigint[], tid[]) from public;

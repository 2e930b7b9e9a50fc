-- Completes a batch of a queue with groups: the first tasks of the groups that the last batch
-- worked on, whose place may lie behind the low-water mark, and what follows the first of each
-- group, as far as it is ready and nothing is left out. Locks rows and groups.
-- Executed by: claim.
create or replace function cronmill.claim_groups(
    queue_id integer, batch_size integer, batch cronmill.claim
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    completed cronmill.claim := claim_groups.batch;
    last_keys constant text[] := coalesce((claim_groups.batch).group_keys, '{}');
    heads record;
    added record;
    room integer := claim_groups.batch_size - coalesce(cardinality(completed.task_ids), 0);
begin
    -- The groups of the last batch go on, after what has come in by order.
    if coalesce(cardinality(completed.task_ids), 0) < 100
        and room > 0
        and cardinality(last_keys) > 0
    then
        select
            array_agg(h.task_id) as task_ids, array_agg(h.ctid) as places,
            array_agg(h.payload) as payloads, array_agg(h.attempts::integer) as attempts
        into added
        from (
            select t.task_id, t.ctid, t.payload, t.attempts
            from cronmill.task as t
            where t.queue_id = claim_groups.queue_id
                and t.task_id = any (array(
                    select (
                        select f.task_id
                        from cronmill.task as f
                        where f.queue_id = claim_groups.queue_id and f.group_key = k.group_key
                        order by f.task_id
                        limit 1
                    )
                    from unnest(last_keys) as k (group_key)
                ))
                and t.group_key = any (last_keys)
                and t.ctid <> all (coalesce(completed.places, '{}'))
                and t.run_at <= clock_timestamp()
                and t.began_at is null
                and t.suspected_at is null
                and (t.unique_key is null or t.taken_by is not null)
                and cronmill.lock_group(t.queue_id, t.group_key, t.task_id)
            order by t.task_id
            limit room
            for update skip locked
        ) as h;
        completed.task_ids := completed.task_ids || added.task_ids;
        completed.places := completed.places || added.places;
        completed.payloads := completed.payloads || added.payloads;
        completed.attempts := completed.attempts || added.attempts;
        room := room - coalesce(cardinality(added.task_ids), 0);
    end if;
    select
        array_agg(t.group_key) as group_keys, array_agg(t.task_id) as task_ids,
        count(*)::integer as total
    into heads
    from cronmill.task as t
    where t.ctid = any (completed.places) and t.group_key is not null;
    completed.group_keys := heads.group_keys;
    if heads.total = 0 or room < heads.total then
        return completed;
    end if;

    with followers as materialized (
        select
            h.position, f.task_id, f.place,
            f.run_at <= clock_timestamp() and f.began_at is null and f.suspected_at is null
                and (f.unique_key is null or f.taken_by is not null) as is_ready
        from unnest(heads.group_keys, heads.task_ids)
            with ordinality as h (group_key, task_id, position)
        cross join lateral (
            select
                t.task_id, t.ctid as place, t.run_at, t.began_at, t.suspected_at, t.unique_key,
                t.taken_by
            from cronmill.task as t
            where t.queue_id = claim_groups.queue_id
                and t.group_key = h.group_key
                and t.task_id > h.task_id
            order by t.task_id
            limit room / heads.total
        ) as f
    ),
    locked as materialized (
        select t.ctid as place, t.task_id, t.payload, t.attempts
        from cronmill.task as t
        where t.ctid = any (array(select f.place from followers as f where f.is_ready))
        for update skip locked
    ),
    next as (
        select
            f.position, l.task_id, l.place, l.payload, l.attempts,
            bool_and(f.is_ready and l.task_id is not null)
                over (partition by f.position order by f.task_id) as is_next
        from followers as f
        left join locked as l on l.place = f.place and l.task_id = f.task_id
    )
    select
        array_agg(n.task_id order by n.position, n.task_id) as task_ids,
        array_agg(n.place order by n.position, n.task_id) as places,
        array_agg(n.payload order by n.position, n.task_id) as payloads,
        array_agg(n.attempts::integer order by n.position, n.task_id) as attempts
    into added
    from next as n
    where n.is_next;
    completed.task_ids := completed.task_ids || added.task_ids;
    completed.places := completed.places || added.places;
    completed.payloads := completed.payloads || added.payloads;
    completed.attempts := completed.attempts || added.attempts;
    return completed;
end
$function$;
comment on function cronmill.claim_groups(integer, integer, cronmill.claim)
    is 'Completes a batch with what follows the first tasks of its groups.';
revoke all on function cronmill.claim_groups(integer, integer, cronmill.claim) from public;

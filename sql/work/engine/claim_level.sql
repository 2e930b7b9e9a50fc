-- Locks tasks of one priority that are ready, in the order of their times, from the low-water mark
-- of the last claim on, skipping what another slot has; and says up to where the next claim need
-- not look again. In a queue with groups one claim looks at 5000 tasks of a priority (goes_on): of
-- a group that is held up any number may stand there. Where other slots claim, too (is_shared;
-- not after at_once: what is to be looked at again is behind their mark), each takes of the tasks
-- that it has reserved (is_cut: there are more); a scan from the beginning looks at all, and tells
-- the others from where it goes on.
-- Executed by: claim.
create or replace function cronmill.claim_level(
    queue_id integer,
    level integer,
    missing integer,
    has_groups boolean,
    is_shared boolean,
    now_at timestamptz,
    mark_at timestamptz,
    mark_id bigint
)
returns cronmill.level_claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    claimed cronmill.level_claim;
    bound_at timestamptz := claim_level.now_at;
    bound_id bigint := 9223372036854775807;
    is_bounded boolean := false;
    stretch cronmill.stretch := (claim_level.mark_at, claim_level.mark_id, null, null);
begin
    if claim_level.has_groups then
        select t.run_at, t.task_id
        into bound_at, bound_id
        from cronmill.task as t
        where t.queue_id = claim_level.queue_id
            and t.priority = claim_level.level
            and t.run_at <= claim_level.now_at
            and (t.run_at, t.task_id) > (claim_level.mark_at, claim_level.mark_id)
        order by t.run_at, t.task_id
        offset 5000
        limit 1;
        is_bounded := found;
        if not is_bounded then
            bound_at := claim_level.now_at;
            bound_id := 9223372036854775807;
        end if;
    -- After a claim that found less than it wanted there is nothing to share: the number is 0.
    elsif claim_level.is_shared and claim_level.mark_id > 0 then
        stretch := cronmill.reserve(
            claim_level.queue_id, claim_level.level, claim_level.missing, claim_level.now_at,
            claim_level.mark_at, claim_level.mark_id);
        bound_at := coalesce(stretch.until_at, bound_at);
        bound_id := coalesce(stretch.until_id, bound_id);
    end if;
    -- In the order of the index, so that nothing is sorted.
    select
        array_agg(r.task_id), array_agg(r.place), array_agg(r.payload), array_agg(r.attempts),
        array_agg(r.run_at), count(r.special)
    into
        claimed.task_ids, claimed.places, claimed.payloads, claimed.attempts,
        claimed.ready_at, claimed.special
    from (
        select
            t.task_id, t.ctid as place, t.payload, t.attempts::integer as attempts, t.run_at,
            coalesce(t.unique_key, t.group_key, t.timeout::text, t.graph_id::text) as special
        from cronmill.task as t
        where t.queue_id = claim_level.queue_id
            and t.priority = claim_level.level
            and (t.run_at, t.task_id) > (stretch.from_at, stretch.from_id)
            and (t.run_at, t.task_id) <= (bound_at, bound_id)
            and t.began_at is null
            and t.suspected_at is null
            and case
                when t.group_key is null then true
                else cronmill.lock_group(t.queue_id, t.group_key, t.task_id)
            end
        order by t.run_at, t.task_id
        limit claim_level.missing
        for update skip locked
    ) as r;

    claimed.total := coalesce(cardinality(claimed.task_ids), 0);
    claimed.mark_at := claim_level.mark_at;
    claimed.mark_id := claim_level.mark_id;
    claimed.goes_on := false;
    claimed.is_cut := stretch.until_id is not null;
    if claimed.is_cut then
        claimed.mark_at := bound_at;
        claimed.mark_id := bound_id;
    elsif claimed.total = claim_level.missing then
        claimed.mark_at := claimed.ready_at[claimed.total];
        claimed.mark_id := claimed.task_ids[claimed.total];
        if claim_level.is_shared and not claim_level.has_groups
            and claim_level.mark_at = '-infinity'
        then
            perform cronmill.reserve(
                claim_level.queue_id, claim_level.level, null, null, claimed.mark_at,
                claimed.mark_id);
        end if;
    elsif is_bounded then
        claimed.mark_at := bound_at;
        claimed.mark_id := bound_id;
        claimed.goes_on := true;
    elsif claim_level.has_groups or claimed.total > 0 then
        -- Caught up: stay a second behind the clock, so that a transaction that enqueued a moment
        -- ago and commits only now is found by the next claim, not by the next full scan.
        claimed.mark_at := least(
            case when not claim_level.has_groups then claimed.ready_at[claimed.total] end,
            claim_level.now_at - interval '1 second');
        claimed.mark_id := 0;
    end if;
    return claimed;
end
$function$;
comment on function cronmill.claim_level(
    integer, integer, integer, boolean, boolean, timestamptz, timestamptz, bigint
) is 'Locks tasks of one priority that are ready, from the low-water mark on.';
revoke all on function cronmill.claim_level(
    integer, integer, integer, boolean, boolean, timestamptz, timestamptz, bigint
) from public;

-- Takes the next batch out of the queue: highest priority first, then run_at, then number, skipping what
-- another slot has. The rows are deleted; if the caller's work is rolled back they are back. A claim
-- goes on from the low-water mark of the last one, so it does not walk dead rows; a scan from the
-- beginning, which finds late commits and redriven tasks, is rationed to 5% of the time (ENGINE 7).
-- A task whose last attempt never ended, and until careful_until every task, is taken alone: it stays, is
-- charged, and the caller commits before doing it.
-- Changes cronmill.task. Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.claim(
    processor_id integer,
    slot integer,
    batch_size integer,
    careful_until timestamptz,
    last_claim cronmill.claim
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
    batch cronmill.claim := claim.last_claim;
    started_at constant timestamptz := clock_timestamp();
    due_until constant timestamptz := least(started_at, claim.careful_until);
    full_scan constant boolean := started_at >= coalesce((claim.last_claim).full_scan_at, '-infinity');
    missing integer := claim.batch_size;
    taken record;
    level integer;
    levels integer[];
begin
    select p.queue_id, p.enabled, p.paused, p.slots into settings
    from cronmill.processor as p
    where p.processor_id = claim.processor_id
        and p.run_as = session_user;
    batch.stop_reason := case
        when not found then 'removed'
        when settings.paused then 'paused'
        when claim.slot > settings.slots then 'surplus'
        when claim.slot > 0 and not settings.enabled then 'disabled'
    end;
    batch.is_alone := false;
    batch.task_ids := null;
    batch.places := null;
    batch.payloads := null;
    batch.attempts := null;
    if batch.stop_reason is not null then
        return batch;
    end if;

    for taken in
        select t.task_id, t.ctid as place
        from cronmill.task as t
        where t.queue_id = settings.queue_id
            and t.began_at is not null
            and t.run_at <= started_at
        order by t.run_at
        limit 1
        for update skip locked
    loop
        batch.is_alone := true;
        batch.task_ids := array[taken.task_id];
        batch.places := array[cronmill.begin_attempt(claim.processor_id, taken.task_id, taken.place)];
        return batch;
    end loop;

    if full_scan then
        batch.mark_at := array_fill('-infinity'::timestamptz, array[10]);
        batch.mark_id := array_fill(0::bigint, array[10]);
    end if;
    select array_agg(n.level order by n.level desc) into levels
    from generate_series(0, 9) as n (level)
    where exists (
        select 1
        from cronmill.task as t
        where t.queue_id = settings.queue_id
            and t.priority = n.level
            and t.run_at <= due_until
            and (t.run_at, t.task_id) > (batch.mark_at[n.level + 1], batch.mark_id[n.level + 1])
    );
    foreach level in array coalesce(levels, '{}') loop
        if claim.careful_until is not null then
            for taken in
                select t.task_id, t.ctid as place, t.run_at
                from cronmill.task as t
                where t.queue_id = settings.queue_id
                    and t.priority = level
                    and t.run_at <= due_until
                    and (t.run_at, t.task_id) > (batch.mark_at[level + 1], batch.mark_id[level + 1])
                    and t.began_at is null
                order by t.run_at, t.task_id
                limit 1
                for update skip locked
            loop
                batch.mark_at[level + 1] := taken.run_at;
                batch.mark_id[level + 1] := taken.task_id;
                batch.is_alone := true;
                batch.task_ids := array[taken.task_id];
                batch.places := array[cronmill.begin_attempt(claim.processor_id, taken.task_id, taken.place)];
            end loop;
            exit when batch.is_alone;
            continue;
        end if;
        -- In the order of the index, so that nothing is sorted; then deleted by place.
        select
            array_agg(r.task_id) as task_ids,
            array_agg(r.place) as places,
            array_agg(r.payload) as payloads,
            array_agg(r.attempts) as attempts,
            max(r.run_at) as last_run_at
        into taken
        from (
            select t.task_id, t.ctid as place, t.payload, t.attempts::integer as attempts, t.run_at
            from cronmill.task as t
            where t.queue_id = settings.queue_id
                and t.priority = level
                and t.run_at <= started_at
                and (t.run_at, t.task_id) > (batch.mark_at[level + 1], batch.mark_id[level + 1])
                and t.began_at is null
            order by t.run_at, t.task_id
            limit missing
            for update skip locked
        ) as r;
        continue when taken.task_ids is null;
        delete from cronmill.task as t where t.ctid = any (taken.places);
        batch.task_ids := batch.task_ids || taken.task_ids;
        batch.places := batch.places || taken.places;
        batch.payloads := batch.payloads || taken.payloads;
        batch.attempts := batch.attempts || taken.attempts;
        missing := missing - cardinality(taken.task_ids);
        if missing > 0 then
            -- Caught up: stay a second behind the clock, so that a transaction that enqueued a moment
            -- ago and commits only now is found by the next claim, not by the next full scan.
            batch.mark_at[level + 1] := least(taken.last_run_at, started_at - interval '1 second');
            batch.mark_id[level + 1] := 0;
        else
            batch.mark_at[level + 1] := taken.last_run_at;
            batch.mark_id[level + 1] := taken.task_ids[cardinality(taken.task_ids)];
        end if;
        exit when missing = 0;
    end loop;
    if full_scan then
        batch.full_scan_at := clock_timestamp()
            + greatest(interval '2 seconds', 20 * (clock_timestamp() - started_at));
    end if;
    return batch;
end
$function$;
comment on function cronmill.claim(integer, integer, integer, timestamptz, cronmill.claim) is 'Takes the next batch of tasks out of the queue, or says why the run must stop.';
revoke all on function cronmill.claim(integer, integer, integer, timestamptz, cronmill.claim) from public;

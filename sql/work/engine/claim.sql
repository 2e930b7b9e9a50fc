-- Takes the next batch out of the queue: highest priority first, then run_at, then number, skipping
-- what another slot has. The rows are deleted; if the caller's work is rolled back they are back.
-- With keep, and where finished tasks are kept, they are locked only: finish removes them. Of a
-- processor that wants each task to have a transaction of its own it takes one. Of the next so many
-- tasks (careful) one may have ended the last run, see claim_suspects. A task alone is charged
-- before it is begun, see claim_alone: after the others, or with alone_first before them. Tasks
-- with a unique key give it up first: at_once says that the caller shall commit that and claim
-- again (docs/engine.md, A claim). Changes cronmill.task.
-- Executed by: run, try_batch; the processor's run-as role.
create or replace function cronmill.claim(
    processor_id integer,
    slot integer,
    batch_size integer,
    careful integer,
    alone_first boolean,
    last_claim cronmill.claim,
    keep boolean
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
    now_at constant timestamptz := clock_timestamp();
    batch cronmill.claim := cronmill.next_scan(claim.last_claim, now_at);
    is_careful constant boolean := coalesce(claim.careful, 0) > 0;
    most integer;
    missing integer;
    level integer;
    claimed cronmill.level_claim;
    scan cronmill.scan;
    goes_on boolean := false;
begin
    scan.from_at := batch.mark_at;
    scan.from_id := batch.mark_id;
    select
        p.queue_id, p.enabled, p.paused, p.slots, p.timeout, p.alone, p.keep_done, s.slot_id,
        p.slots > 1 and not (p.alone or is_careful or (claim.last_claim).at_once is true)
            as is_shared,
        -- Not exists(), and in the order of an index: of a table that was never analyzed it is
        -- thought that all rows are such, and that to read them all is quicker.
        (
            select true from cronmill.task as t
            where t.queue_id = p.queue_id and t.group_key is not null
            order by t.group_key limit 1
        ) is true as has_groups, claim.alone_first and (
            select true from cronmill.task as t
            where t.queue_id = p.queue_id
                and (t.began_at is not null or t.suspected_at is not null)
                and t.run_at <= now_at
            order by t.run_at limit 1
        ) is true as has_alone,
        array(
            select n.level
            from generate_series(9, 0, -1) as n (level)
            where (
                select true from cronmill.task as t
                where t.queue_id = p.queue_id and t.priority = n.level and t.run_at <= now_at
                    and (t.run_at, t.task_id)
                        > (batch.mark_at[n.level + 1], batch.mark_id[n.level + 1])
                order by t.run_at limit 1
            )
        ) as levels
    into settings
    from cronmill.processor as p
    join cronmill.slot as s on s.processor_id = p.processor_id and s.slot = claim.slot
    where p.processor_id = claim.processor_id
        and p.run_as = session_user;
    batch.stop_reason := case
        when not found then 'removed'
        when settings.paused then 'paused'
        when claim.slot > settings.slots then 'surplus'
        when claim.slot > 0 and not settings.enabled then 'disabled'
        -- The session holds the slot's lock, unless a handler gave it away; until the commit it
        -- cannot give this one away.
        when not cronmill.take_lock(cronmill.lock_class('slot'), settings.slot_id, session_user)
            then 'lost'
    end;
    if batch.stop_reason is not null then
        return batch;
    end if;
    batch.mark_at := cronmill.pass_dead_rows(
        batch.mark_at, settings.levels, now_at, (claim.last_claim).scan_took is null);
    batch.is_kept := claim.keep or settings.keep_done is not null;
    batch.one_each := settings.alone;
    batch.timeout := settings.timeout;
    batch.has_groups := settings.has_groups;
    if settings.has_alone then
        batch := cronmill.claim_alone(
            claim.processor_id, settings.queue_id, settings.slot_id, batch);
    end if;
    if batch.is_alone or claim.batch_size = 0 then
        return batch;
    end if;

    -- So many suspects at a time that doing each alone after the next such end takes a moment. Each
    -- group costs a lock, of which a server has some thousands; its further tasks are found by it.
    most := case when settings.alone then 1 when is_careful then 250 else claim.batch_size end;
    missing := case when settings.has_groups then least(most, 100) else most end;
    foreach level in array settings.levels loop
        claimed := cronmill.claim_level(
            settings.queue_id, level, missing, settings.has_groups, settings.is_shared, now_at,
            batch.mark_at[level + 1], batch.mark_id[level + 1]);
        missing := missing - claimed.total;
        batch.task_ids := batch.task_ids || claimed.task_ids;
        batch.places := batch.places || claimed.places;
        batch.payloads := batch.payloads || claimed.payloads;
        batch.attempts := batch.attempts || claimed.attempts;
        batch.mark_at[level + 1] := claimed.mark_at;
        batch.mark_id[level + 1] := claimed.mark_id;
        scan.ready_at := scan.ready_at || claimed.ready_at;
        scan.special := coalesce(scan.special, 0) + claimed.special;
        scan.levels := coalesce(scan.levels, 0) + (claimed.total > 0)::integer;
        goes_on := goes_on or claimed.goes_on;
        exit when missing = 0 or claimed.is_cut;
    end loop;
    batch.is_held_up := batch.task_ids is null and settings.levels <> '{}';
    if coalesce(batch.full_scan_at, 'infinity') = 'infinity' then
        batch.scan_took := batch.scan_took + (clock_timestamp() - now_at);
        batch.full_scan_at := case when goes_on then 'infinity'
            else clock_timestamp() + least(interval '5 minutes',
                greatest(interval '2 seconds', 20 * batch.scan_took)) end;
    end if;
    batch.at_once := batch.task_ids is null and (goes_on or claimed.is_cut is true);
    if coalesce(scan.special, 0) > 0 and not is_careful
        and cronmill.give_up_keys(settings.slot_id, batch.places) then
        batch := cronmill.next_scan(claim.last_claim, '-infinity');
        batch.at_once := true;
        return batch;
    end if;
    if settings.has_groups then
        batch := cronmill.claim_groups(settings.queue_id, most, batch);
    end if;
    if batch.task_ids is null then
        return batch;
    end if;
    if is_careful then
        return cronmill.claim_suspects(
            claim.processor_id, settings.slot_id, claim.batch_size, batch, scan);
    end if;
    return cronmill.take_batch(batch, scan, now_at);
end
$function$;
comment on function cronmill.claim(
    integer, integer, integer, integer, boolean, cronmill.claim, boolean
) is 'Takes the next batch of tasks out of the queue, or says why the run must stop.';
revoke all on function cronmill.claim(
    integer, integer, integer, integer, boolean, cronmill.claim, boolean
) from public;

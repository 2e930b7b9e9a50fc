-- Takes the next batch out of the queue: highest priority first, then run_at, then number, skipping what
-- another slot has. The rows are deleted; if the caller's work is rolled back they are back. With keep, and where finished tasks are
-- kept, they are locked only: finish removes them. A claim goes on from the low-water mark of the last one, so
-- it does not walk dead rows; a scan from the beginning, which finds late commits and redriven tasks, is
-- rationed to 5% of the time (ENGINE 7).
-- Of a processor that wants each task to have a transaction of its own it takes one.
-- Of the next so many tasks (careful) one may have ended the last run. They stay, and that they are suspected is committed
-- before they are done: of those that are here still after another such end each is done alone. Few are done so at once. A
-- task alone is charged before it is begun, see claim_alone: after the others, or with alone_first before them.
-- Tasks with a unique key give it up first: at_once says that the caller shall commit that and claim again (ENGINE 9).
-- Changes cronmill.task. Executed by: the processor's run-as role, from its generated procedure.
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
    batch cronmill.claim := claim.last_claim;
    now_at constant timestamptz := clock_timestamp();
    full_scan constant boolean := now_at >= coalesce((claim.last_claim).full_scan_at, '-infinity');
    is_careful constant boolean := coalesce(claim.careful, 0) > 0;
    -- So many are committed as suspects at a time: after the next such end it takes a moment to do each alone.
    most_suspects constant integer := 250;
    -- Of so few each is done alone at once, which spares an end of a run.
    few constant integer := 100;
    missing integer;
    longest interval;
    taken record;
    level integer;
    ready_at timestamptz[] := array[]::timestamptz[];
    special bigint := 0;
    highest_id constant bigint := 9223372036854775807;
    -- Where the look ahead ends, in queues with groups.
    bound_at timestamptz;
    bound_id bigint;
    is_bounded boolean;
    scan_goes_on boolean := false;
    -- Where the scan began.
    from_at timestamptz[];
    from_id bigint[];
begin
    batch.at_once := false;
    batch.is_alone := false;
    batch.task_ids := null;
    batch.places := null;
    batch.payloads := null;
    batch.attempts := null;
    batch.task_timeout := null;
    if full_scan then
        batch.mark_at := array_fill('-infinity'::timestamptz, array[10]);
        batch.mark_id := array_fill(0::bigint, array[10]);
        batch.scan_took := interval '0';
    end if;
    from_at := batch.mark_at;
    from_id := batch.mark_id;
    -- All in one statement: most claims of a day find an empty queue, and cost little more than this.
    select
        p.queue_id, p.enabled, p.paused, p.slots, p.timeout, p.alone, p.keep_done, s.slot_id,
        exists (
            select 1 from cronmill.task as t where t.queue_id = p.queue_id and t.group_key is not null
        ) as has_groups,
        claim.alone_first and exists (
            select 1
            from cronmill.task as t
            where t.queue_id = p.queue_id
                and (t.began_at is not null or t.suspected_at is not null)
                and t.run_at <= now_at
        ) as has_alone,
        array(
            select n.level
            from generate_series(9, 0, -1) as n (level)
            where exists (
                select 1
                from cronmill.task as t
                where t.queue_id = p.queue_id
                    and t.priority = n.level
                    and t.run_at <= now_at
                    and (t.run_at, t.task_id) > (batch.mark_at[n.level + 1], batch.mark_id[n.level + 1])
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
        -- The session holds the slot's lock, unless a handler gave it away; until the commit it cannot give this one away.
        when not cronmill.take_lock(cronmill.slot_lock_class(), settings.slot_id, session_user) then 'lost'
    end;
    if batch.stop_reason is not null then
        return batch;
    end if;
    batch.is_kept := claim.keep or settings.keep_done is not null;
    batch.one_each := settings.alone;
    batch.timeout := settings.timeout;
    batch.timeouts := null;
    batch.has_groups := settings.has_groups;
    missing := case when settings.alone then 1 when is_careful then most_suspects else claim.batch_size end;

    if settings.has_alone then
        batch := cronmill.claim_alone(claim.processor_id, settings.queue_id, settings.slot_id, batch);
        if batch.is_alone then
            return batch;
        end if;
    end if;
    if claim.batch_size = 0 then
        return batch;
    end if;

    if settings.has_groups then
        -- Each group costs a lock, of which a server has some thousands; a group's further tasks are found by the group.
        missing := least(missing, 100);
    end if;
    foreach level in array settings.levels loop
        bound_at := now_at;
        bound_id := highest_id;
        is_bounded := false;
        if settings.has_groups then
            -- Of a group that is held up any number of tasks may stand here; one claim looks at 5000.
            for taken in
                select t.run_at, t.task_id
                from cronmill.task as t
                where t.queue_id = settings.queue_id
                    and t.priority = level
                    and t.run_at <= now_at
                    and (t.run_at, t.task_id) > (batch.mark_at[level + 1], batch.mark_id[level + 1])
                order by t.run_at, t.task_id
                offset 5000
                limit 1
            loop
                is_bounded := true;
                bound_at := taken.run_at;
                bound_id := taken.task_id;
            end loop;
        end if;
        -- In the order of the index, so that nothing is sorted.
        select
            array_agg(r.task_id) as task_ids,
            array_agg(r.place) as places,
            array_agg(r.payload) as payloads,
            array_agg(r.attempts) as attempts,
            array_agg(r.run_at) as ready_at,
            count(r.special) as special
        into taken
        from (
            select
                t.task_id, t.ctid as place, t.payload, t.attempts::integer as attempts, t.run_at,
                coalesce(t.unique_key, t.group_key, t.timeout::text) as special
            from cronmill.task as t
            where t.queue_id = settings.queue_id
                and t.priority = level
                and (t.run_at, t.task_id) > (batch.mark_at[level + 1], batch.mark_id[level + 1])
                and (t.run_at, t.task_id) <= (bound_at, bound_id)
                and t.began_at is null
                and t.suspected_at is null
                and case when t.group_key is null then true else cronmill.lock_group(t.queue_id, t.group_key, t.task_id) end
            order by t.run_at, t.task_id
            limit missing
            for update skip locked
        ) as r;
        missing := missing - coalesce(cardinality(taken.task_ids), 0);
        batch.task_ids := batch.task_ids || taken.task_ids;
        batch.places := batch.places || taken.places;
        batch.payloads := batch.payloads || taken.payloads;
        batch.attempts := batch.attempts || taken.attempts;
        ready_at := ready_at || taken.ready_at;
        special := special + taken.special;
        if missing = 0 then
            batch.mark_at[level + 1] := ready_at[cardinality(ready_at)];
            batch.mark_id[level + 1] := batch.task_ids[cardinality(batch.task_ids)];
        elsif is_bounded then
            batch.mark_at[level + 1] := bound_at;
            batch.mark_id[level + 1] := bound_id;
            scan_goes_on := true;
        elsif settings.has_groups or taken.task_ids is not null then
            -- Caught up: stay a second behind the clock, so that a transaction that enqueued a moment
            -- ago and commits only now is found by the next claim, not by the next full scan.
            batch.mark_at[level + 1] := least(
                case when not settings.has_groups then ready_at[cardinality(ready_at)] end,
                now_at - interval '1 second');
            batch.mark_id[level + 1] := 0;
        end if;
        exit when missing = 0;
    end loop;
    batch.scan_took := batch.scan_took + (clock_timestamp() - now_at);
    if scan_goes_on then
        batch.full_scan_at := 'infinity';
        batch.at_once := batch.task_ids is null;
    elsif full_scan or batch.full_scan_at = 'infinity' then
        batch.full_scan_at := clock_timestamp() + greatest(interval '2 seconds', 20 * batch.scan_took);
    end if;

    if special > 0 and not is_careful then
        update cronmill.task as t
        set taken_by = settings.slot_id
        where t.ctid = any (batch.places) and t.unique_key is not null and t.taken_by is null;
        if found then
            batch := claim.last_claim;
            batch.stop_reason := null;
            batch.is_alone := false;
            batch.task_ids := null;
            batch.at_once := true;
            return batch;
        end if;
    end if;
    if settings.has_groups then
        batch := cronmill.claim_groups(
            settings.queue_id, case when settings.alone then 1 when is_careful then most_suspects else claim.batch_size end,
            batch);
    end if;
    if is_careful then
        missing := case when cardinality(batch.task_ids) < few then 1 else claim.batch_size end;
        if cardinality(batch.task_ids) > missing and settings.has_groups then
            -- The others are found again from the beginning.
            batch.full_scan_at := null;
        elsif cardinality(batch.task_ids) > missing then
            -- The next claim goes on behind the last that stays in the batch.
            select t.priority into level from cronmill.task as t where t.ctid = batch.places[missing];
            batch.mark_at := from_at[: level] || ready_at[missing] || batch.mark_at[level + 2 :];
            batch.mark_id := from_id[: level] || batch.task_ids[missing] || batch.mark_id[level + 2 :];
        end if;
        batch.is_alone := batch.task_ids is not null;
        batch.task_ids := batch.task_ids[: missing];
        batch.places := batch.places[: missing];
        if missing = 1 and batch.is_alone then
            batch.places[1] := cronmill.begin_attempt(
                claim.processor_id, settings.slot_id, batch.task_ids[1], batch.places[1]);
        elsif batch.is_alone then
            with suspected as (
                update cronmill.task as t
                set suspected_at = clock_timestamp(), taken_by = settings.slot_id
                where t.ctid = any (batch.places)
                returning t.task_id, t.ctid as place
            )
            select array_agg(u.place order by w.position) into batch.places
            from unnest(batch.task_ids) with ordinality as w (task_id, position)
            join suspected as u on u.task_id = w.task_id;
        end if;
        return batch;
    end if;
    if special > 0 or settings.has_groups then
        select min(coalesce(t.timeout, settings.timeout)), max(coalesce(t.timeout, settings.timeout))
        into batch.task_timeout, longest
        from cronmill.task as t
        where t.ctid = any (batch.places)
        having count(t.timeout) > 0;
    end if;
    if batch.task_ids is null then
        return batch;
    end if;
    perform cronmill.hold_deadline(clock_timestamp() + coalesce(longest, settings.timeout));
    if not batch.is_kept then
        delete from cronmill.task as t where t.ctid = any (batch.places);
    end if;
    -- Of a large batch 64 stand for all: they are in order of their times.
    for sample in 0 .. least(64, cardinality(ready_at)) - 1 loop
        batch.waited := cronmill.tally(
            batch.waited,
            now_at - ready_at[1 + sample * cardinality(ready_at) / least(64, cardinality(ready_at))],
            cardinality(batch.task_ids) / least(64, cardinality(ready_at))
            + (sample < cardinality(batch.task_ids) % least(64, cardinality(ready_at)))::integer
        );
    end loop;
    return batch;
end
$function$;
comment on function cronmill.claim(integer, integer, integer, integer, boolean, cronmill.claim, boolean) is 'Takes the next batch of tasks out of the queue, or says why the run must stop.';
revoke all on function cronmill.claim(integer, integer, integer, integer, boolean, cronmill.claim, boolean) from public;

-- What a processor has to tell the registry: numbers only. Counts stop at 10,001.
-- Executed by: push, tell_rest; the processor's run-as role.
create or replace function cronmill.backlog(processor_id integer)
returns cronmill.backlog
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    settings record;
    counts cronmill.backlog;
    now_at constant timestamptz := clock_timestamp();
    window_began_at constant timestamptz := now_at - interval '15 minutes';
begin
    select p.queue_id, p.paused into settings
    from cronmill.processor as p
    where p.processor_id = backlog.processor_id
        and p.run_as = session_user;
    if not found then
        return null;
    end if;
    select least(sum(level.ready), 10001), extract(epoch from now_at - min(level.oldest_ready_at))
    into counts.ready, counts.oldest_ready_seconds
    from generate_series(0, 9) as n (priority)
    cross join lateral (
        -- -infinity is a time to run at, and has no age.
        select
            count(*) as ready,
            min(case when isfinite(o.run_at) then o.run_at else o.enqueued_at end)
                as oldest_ready_at
        from (
            select t.run_at, t.enqueued_at
            from cronmill.task as t
            where t.queue_id = settings.queue_id and t.priority = n.priority and t.run_at <= now_at
            order by t.run_at
            limit 10001
        ) as o
    ) as level;
    select count(*) into counts.dead
    from (
        select from cronmill.dead_task as d where d.queue_id = settings.queue_id limit 10001
    ) as counted;
    -- Of each slot the runs that began in the window, and the one before, if it reached into it.
    select coalesce(sum(r.done), 0), coalesce(sum(r.failed), 0) into counts.done, counts.failed
    from cronmill.slot as s
    cross join lateral (
        select w.done, w.failed
        from cronmill.run as w
        where w.slot_id = s.slot_id and w.started_at >= window_began_at
        union all
        select b.done, b.failed
        from (
            select o.done, o.failed, o.ended_at
            from cronmill.run as o
            where o.slot_id = s.slot_id and o.started_at < window_began_at
            order by o.started_at desc
            limit 1
        ) as b
        where b.ended_at > window_began_at
    ) as r
    where s.processor_id = backlog.processor_id;
    counts.oldest_ready_seconds := case
        when counts.ready > 0 then greatest(0, counts.oldest_ready_seconds)
    end;
    counts.paused := settings.paused;
    counts.held := case when counts.dead > 0 then cronmill.held_nodes(settings.queue_id) else 0 end;
    counts.unfired := cronmill.unfired_template(backlog.processor_id) is not null;
    -- What has been forgotten, and what is known of the last seven days.
    select sum(s.start_number), sum(s.failed_runs + r.failures), sum(s.done + r.done),
        sum(s.failed + r.failed), sum(s.dead + r.dead)
    into counts.runs_total, counts.failed_runs_total, counts.done_total, counts.failed_total,
        counts.dead_total
    from cronmill.slot as s
    cross join lateral (
        select
            coalesce(sum(w.done), 0) as done, coalesce(sum(w.failed), 0) as failed,
            coalesce(sum(w.dead), 0) as dead,
            count(*) filter (
                where cronmill.has_failed(w.end_reason) and (w.ended_at is not null
                    or w.started_at <> s.started_at)
            ) as failures
        from cronmill.run as w
        where w.slot_id = s.slot_id
    ) as r
    where s.processor_id = backlog.processor_id;
    return counts;
end
$function$;
comment on function cronmill.backlog(integer) is 'What a processor tells the registry of itself.';
revoke all on function cronmill.backlog(integer) from public;

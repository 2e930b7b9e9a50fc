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
    counts.no_handler := (cronmill.handler_fault(backlog.processor_id)).message is not null;
    -- Of the last run it is known when it has ended, or another has started, whether it failed.
    select sum(s.start_number), sum(s.failed_runs + (
            r.ended_at is not null and cronmill.has_failed(r.end_reason))::integer),
        sum(s.done + coalesce(r.done, 0)), sum(s.failed + coalesce(r.failed, 0)),
        sum(s.dead + coalesce(r.dead, 0))
    into counts.runs_total, counts.failed_runs_total, counts.done_total, counts.failed_total,
        counts.dead_total
    from cronmill.slot as s
    left join cronmill.run as r on r.run_id = s.last_run_id
    where s.processor_id = backlog.processor_id;
    return counts;
end
$function$;
comment on function cronmill.backlog(integer) is 'What a processor tells the registry of itself.';
revoke all on function cronmill.backlog(integer) from public;

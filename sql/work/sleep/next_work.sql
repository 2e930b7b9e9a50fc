-- Whether a queue has tasks that are ready, and when it will have, by the ticks of recurring
-- templates, too: the last look of a processor that falls asleep. While it is paused it has none.
-- Null: never, as far as is known.
-- Executed by: fall_asleep, tell_rest; the processor's run-as role.
create or replace function cronmill.next_work(
    processor_id integer, out is_ready boolean, out next_at timestamptz
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    settings record;
    now_at constant timestamptz := clock_timestamp();
begin
    select p.queue_id, p.paused, p.enabled, p.run_as into settings
    from cronmill.processor as p
    where p.processor_id = next_work.processor_id and p.run_as = session_user;
    if not found or settings.paused then
        is_ready := false;
        return;
    end if;
    -- What another slot has in hand may come back.
    is_ready := exists (
        select
        from cronmill.slot as s
        where s.processor_id = next_work.processor_id and s.slot <> 1
            and cronmill.is_held(cronmill.lock_class('slot'), s.slot_id, settings.run_as)
    ) or exists (
        -- Those that wait for it are still to be told.
        select from cronmill.node as n where n.queue_id = settings.queue_id and n.is_left
    );
    if is_ready then
        return;
    end if;
    select coalesce(bool_or(o.run_at <= now_at), false), min(o.run_at)
    into is_ready, next_at
    from (
        select t.run_at
        from generate_series(0, 9) as n (priority)
        cross join lateral (
            select t.run_at
            from cronmill.task as t
            where t.queue_id = settings.queue_id and t.priority = n.priority
            order by t.run_at
            limit 1
        ) as t
        union all
        (
            select r.next_at
            from cronmill.recurring as r
            where r.queue_id = settings.queue_id and r.enabled and settings.enabled
            order by r.next_at
            limit 1
        )
    ) as o (run_at);
end
$function$;
comment on function cronmill.next_work(integer)
    is 'Whether a queue has tasks that are ready, and when it will have.';
revoke all on function cronmill.next_work(integer) from public;

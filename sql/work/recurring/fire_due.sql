-- Fires what is due in the queue of a processor that is enabled and not paused, 250 ticks at most;
-- and says when to look again. Where nothing is due it looks into one index, once. Changes
-- cronmill.recurring and cronmill.task.
-- Executed by: keep_time; the processor's run-as role.
create or replace function cronmill.fire_due(
    processor_id integer, out fired integer, out look_at timestamptz
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    known_queue_id integer;
    due_at timestamptz;
    now_at constant timestamptz := clock_timestamp();
begin
    fired := 0;
    look_at := now_at + interval '1 second';
    select p.queue_id, d.next_at
    into known_queue_id, due_at
    from cronmill.processor as p
    cross join lateral (
        select r.next_at
        from cronmill.recurring as r
        where r.queue_id = p.queue_id and r.enabled
        order by r.next_at
        limit 1
    ) as d
    where p.processor_id = fire_due.processor_id and p.run_as = session_user
        and p.enabled and not p.paused;
    if due_at <= now_at then
        fired := cronmill.fire_templates(known_queue_id, now_at, 250);
    elsif due_at < look_at then
        look_at := due_at;
    end if;
end
$function$;
comment on function cronmill.fire_due(integer)
    is 'Fires what is due in a processor''s queue; says when to look again.';
revoke all on function cronmill.fire_due(integer) from public;

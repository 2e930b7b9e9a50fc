-- Sleeps, and looks whether a claim would find a task behind the mark, or that the run must stop:
-- so often as to be quick costs a fraction of what claims cost. It sleeps first, so that no lock is
-- held meanwhile. Of what is ready and cannot be claimed now (is_held_up) no look says anything. If
-- somebody cancels it, returns with what words.
-- Executed by: wait_for_tasks; the processor's run-as role.
create or replace function cronmill.look_out(
    processor_id integer,
    slot integer,
    batch cronmill.claim,
    seconds double precision,
    out has_seen boolean,
    out cancel_message text
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    marks_at constant timestamptz[] := (look_out.batch).mark_at;
    marks_id constant bigint[] := (look_out.batch).mark_id;
    now_at timestamptz;
begin
    perform pg_catalog.pg_sleep(greatest(0, look_out.seconds));
    now_at := clock_timestamp();
    look_out.has_seen := (look_out.batch).is_held_up is not true and (
        select p.enabled and not p.paused and look_out.slot <= p.slots and not exists (
            select from generate_series(0, 9) as n (level)
            where (
                select true from cronmill.task as t
                where t.queue_id = p.queue_id and t.priority = n.level and t.run_at <= now_at
                    and (t.run_at, t.task_id) > (marks_at[n.level + 1], marks_id[n.level + 1])
                order by t.run_at limit 1
            )
        )
        from cronmill.processor as p
        where p.processor_id = look_out.processor_id and p.run_as = session_user
    ) is not true;
exception
    when query_canceled then
        get stacked diagnostics look_out.cancel_message = message_text;
end
$function$;
comment on function cronmill.look_out(integer, integer, cronmill.claim, double precision)
    is 'Sleeps, and looks whether there is something to claim.';
revoke all on function cronmill.look_out(integer, integer, cronmill.claim, double precision)
    from public;

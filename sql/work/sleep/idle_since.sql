-- Since when a slot has had no task, as far as that counts: a run that is begun for nothing ends at
-- once, and one that goes on after another does not wait anew. Null for one that never sleeps.
-- Executed by: begin_run.
create or replace function cronmill.idle_since(
    slot_id integer, sleep_after interval, now_at timestamptz
)
returns timestamptz
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return case
        when idle_since.sleep_after is not null then coalesce(
            (
                select max(r.ended_at)
                from cronmill.run as r
                where r.slot_id = idle_since.slot_id
                    and r.started_at
                        > idle_since.now_at - idle_since.sleep_after - interval '10 minutes'
                    and r.done + r.failed > 0
            ),
            idle_since.now_at - idle_since.sleep_after
        )
    end;
end
$function$;
comment on function cronmill.idle_since(integer, interval, timestamptz)
    is 'Since when a slot has had no task, as far as that counts.';
revoke all on function cronmill.idle_since(integer, interval, timestamptz) from public;

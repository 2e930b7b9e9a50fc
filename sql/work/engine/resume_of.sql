-- Where a run of a slot goes on, if the last one has left that (scan_left) and nothing is unusual:
-- after an unclean end nobody knows what that run had passed, and a clock that was set back, a
-- restored table or a run-as role could leave marks that hide tasks. A processor that sleeps is
-- woken for what may stand behind the mark. Null is from the beginning.
-- Executed by: begin_run.
create or replace function cronmill.resume_of(
    slot cronmill.slot, sleep_after interval, now_at timestamptz
)
returns cronmill.resume
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row(s.mark_at, s.mark_id, s.full_scan_at, s.scan_took)::cronmill.resume
    from (select (resume_of.slot).*) as s
    where s.slot > 0
        and resume_of.sleep_after is null
        and s.start_number = s.ended_number
        and s.ended_at <= resume_of.now_at
        and s.full_scan_at <= resume_of.now_at + interval '5 minutes'
        and s.scan_took >= interval '0'
        and array_dims(s.mark_at) = '[1:10]'
        and array_dims(s.mark_id) = '[1:10]'
        and array_position(s.mark_id, null) is null
        and (select bool_and((m.at <= s.ended_at) is true) from unnest(s.mark_at) as m (at));
end;
comment on function cronmill.resume_of(cronmill.slot, interval, timestamptz)
    is 'Where a run of a slot goes on.';
revoke all on function cronmill.resume_of(cronmill.slot, interval, timestamptz) from public;

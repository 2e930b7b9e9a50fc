-- Whether it is time to tell the registry of a processor, and when it will be next. Of several
-- slots one is told yes. It is taken for a failure beforehand: whatever becomes of it, the next
-- attempt comes later than the last one did. Changes cronmill.push.
-- Executed by: push; the processor's run-as role.
create or replace function cronmill.begin_push(
    processor_id integer, is_last boolean, out go boolean, out next_at timestamptz
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
begin
    begin_push.go := false;
    if not exists (
        select from cronmill.processor as p
        where p.processor_id = begin_push.processor_id and p.run_as = session_user
    ) then
        begin_push.next_at := 'infinity';
        return;
    end if;
    insert into cronmill.push (processor_id)
    values (begin_push.processor_id)
    on conflict on constraint push_pkey do nothing;
    update cronmill.push as u
    set next_at = now_at
            + least(interval '5 minutes', interval '50 seconds' * 2 ^ least(u.failures, 3)),
        failures = u.failures + 1
    where u.processor_id = (
            select f.processor_id
            from cronmill.push as f
            where f.processor_id = begin_push.processor_id
                and (f.next_at <= now_at or begin_push.is_last and f.failures = 0)
            for update skip locked
        )
    returning u.next_at into begin_push.next_at;
    begin_push.go := found;
    if not begin_push.go then
        select greatest(u.next_at, now_at + interval '10 seconds') into begin_push.next_at
        from cronmill.push as u
        where u.processor_id = begin_push.processor_id;
    end if;
end
$function$;
comment on function cronmill.begin_push(integer, boolean)
    is 'Whether it is time to tell the registry of a processor.';
revoke all on function cronmill.begin_push(integer, boolean) from public;

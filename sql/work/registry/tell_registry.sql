-- Tells the registry what backlog has found, and notes it. Changes cronmill.push, and in the cron
-- database cronmill_cron.backlog.
-- Executed by: push, tell_rest; the processor's run-as role.
create or replace function cronmill.tell_registry(
    processor_id integer, tasks cronmill.backlog, next_at timestamptz
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill.send_backlog(p.name, tell_registry.tasks)
    from cronmill.processor as p
    where p.processor_id = tell_registry.processor_id and p.run_as = session_user;
    if found then
        update cronmill.push as u
        set
            next_at = tell_registry.next_at,
            pushed_at = clock_timestamp(),
            failures = 0,
            error = null
        where u.processor_id = tell_registry.processor_id;
    end if;
end
$function$;
comment on function cronmill.tell_registry(integer, cronmill.backlog, timestamptz)
    is 'Tells the registry how a processor is.';
revoke all on function cronmill.tell_registry(integer, cronmill.backlog, timestamptz) from public;

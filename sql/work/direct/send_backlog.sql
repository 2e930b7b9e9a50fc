-- Tells the registry, which is in this database, of a processor.
-- Executed by: tell_registry.
create or replace function cronmill.send_backlog(processor text, tasks cronmill.backlog)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill_cron.take_backlog(
        pg_catalog.current_database(), processor, tasks.ready, tasks.oldest_ready_seconds,
        tasks.dead, tasks.done, tasks.failed, tasks.paused, tasks.held, tasks.unfired,
        tasks.runs_total, tasks.failed_runs_total, tasks.done_total, tasks.failed_total,
        tasks.dead_total, tasks.no_handler);
end
$function$;
comment on function cronmill.send_backlog(text, cronmill.backlog)
    is 'Tells the registry how a processor is.';
revoke all on function cronmill.send_backlog(text, cronmill.backlog) from public;

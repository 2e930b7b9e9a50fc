-- Trigger function of view link_backlog: the work database is the one the link role is registered
-- for.
-- Executed by: trigger link_backlog_insert, for link roles.
create or replace function cronmill_cron.take_link_backlog()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cronmill_cron.take_backlog(
        w.name, new.name, new.ready, new.oldest_ready_seconds, new.dead, new.done, new.failed,
        new.paused, coalesce(new.held, 0), coalesce(new.unfired, false), new.runs_total,
        new.failed_runs_total, new.done_total, new.failed_total, new.dead_total,
        coalesce(new.no_handler, false))
    from cronmill_cron.work_database as w
    where w.link_role = session_user;
    return new;
end
$function$;
comment on function cronmill_cron.take_link_backlog()
    is 'Trigger: takes what a processor of a link role''s own database says of itself.';
revoke all on function cronmill_cron.take_link_backlog() from public;

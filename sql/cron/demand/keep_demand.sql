-- Keeps the row of a processor that sleeps: one that is enabled now, or sleeps from now on, waits
-- for a place as those do that were woken; one that is disabled is asleep; one that sleeps no more
-- has none. Changes cronmill_cron.demand.
-- Executed by: take_settings.
create or replace function cronmill_cron.keep_demand(work_database_id integer, name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    wanted cronmill_cron.processor;
begin
    select p.* into wanted
    from cronmill_cron.processor as p
    where p.work_database_id = keep_demand.work_database_id and p.name = keep_demand.name;
    if wanted.sleep_after is null then
        delete from cronmill_cron.demand as d
        where d.work_database_id = keep_demand.work_database_id and d.processor = keep_demand.name;
        return;
    end if;
    if wanted.schedule <> '* * * * *' then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format(
                'processor "%s" cannot sleep: its schedule is %s', wanted.name, wanted.schedule),
            detail = 'One that sleeps is woken by a task, not by the clock.',
            hint = 'Use --schedule ''* * * * *'', or --sleep-after never.';
    end if;
    if cronmill_cron.runs_one_at_a_time() then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('processor "%s" cannot sleep on this server', wanted.name),
            detail = 'With background workers pg_cron 1.4 runs one job at a time: nobody would '
                'look after those that sleep.',
            hint = 'Set cron.use_background_workers = off and restart, or use pg_cron 1.5.';
    end if;
    insert into cronmill_cron.demand as d (work_database_id, processor, state, cause)
    values (
        wanted.work_database_id, wanted.name,
        case when wanted.enabled then 'wanted' else 'asleep' end,
        case when wanted.enabled then 'enabled' end
    )
    on conflict on constraint demand_pkey do update
    set
        state = excluded.state, cause = excluded.cause, changed_at = clock_timestamp()
    where not wanted.enabled and d.state <> 'asleep' or wanted.enabled and d.state = 'asleep';
end
$function$;
comment on function cronmill_cron.keep_demand(integer, text)
    is 'Keeps the row of a processor that sleeps.';
revoke all on function cronmill_cron.keep_demand(integer, text) from public;

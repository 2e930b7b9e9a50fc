-- The thresholds as they are set, in numbers and seconds, those that hold for all first: for the
-- databases that who logged in may see.
-- Executed by: monitors and operators; alarms of the command line.
create or replace function cronmill_cron.visible_thresholds()
returns table (
    database_name text, processor text, behind double precision, failing double precision,
    dead double precision, overdue double precision, silent double precision,
    history double precision, replica double precision, history_age double precision,
    history_runs double precision
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    select w.name, t.processor,
        extract(epoch from t.behind)::double precision, t.failing::double precision,
        t.dead::double precision, extract(epoch from t.overdue)::double precision,
        extract(epoch from t.silent)::double precision, t.history::double precision,
        extract(epoch from t.replica)::double precision,
        extract(epoch from t.history_age)::double precision, t.history_runs::double precision
    from cronmill_cron.threshold as t
    left join cronmill_cron.work_database as w on w.work_database_id = t.work_database_id
    where t.work_database_id is null
        or w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    order by w.name nulls first, t.processor nulls first;
end
$function$;
comment on function cronmill_cron.visible_thresholds()
    is 'The thresholds as they are set, in numbers and seconds.';
revoke all on function cronmill_cron.visible_thresholds() from public;

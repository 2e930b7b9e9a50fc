-- What processors have done since they were set up, as they last said: numbers that only grow,
-- until one is removed or its database is another one. Of those that the caller may see.
-- Executed by: monitors and operators; processorTotals of the library.
create or replace function cronmill_cron.processor_totals(database_names text[] default null)
returns table (
    database_name text, processor text, pushed_at timestamptz, runs bigint, failed_runs bigint,
    done bigint, failed bigint, dead bigint
)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select w.name, b.processor, b.pushed_at, b.runs_total, b.failed_runs_total, b.done_total,
        b.failed_total, b.dead_total
    from cronmill_cron.backlog as b
    join cronmill_cron.work_database as w on w.work_database_id = b.work_database_id
    where b.runs_total is not null
        and (processor_totals.database_names is null
            or w.name = any (processor_totals.database_names))
        and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    order by w.name, b.processor;
end;
comment on function cronmill_cron.processor_totals(text[])
    is 'What processors have done since they were set up, as they last said.';
revoke all on function cronmill_cron.processor_totals(text[]) from public;

-- Names of the processors that have or had jobs in these databases, as far as the caller may see
-- them.
-- Executed by: monitors and operators; runs of the command line.
create or replace function cronmill_cron.visible_processors(database_names text[])
returns setof text
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct o.processor
    from cronmill_cron.job as o
    where (visible_processors.database_names is null
            or o.database_name = any (visible_processors.database_names))
        and (
            (select cronmill_cron.sees_all())
            or o.database_name in (select v.name from cronmill_cron.visible_databases() as v (name))
        )
    order by o.processor;
end;
comment on function cronmill_cron.visible_processors(text[])
    is 'Processors that have or had jobs, as far as who logged in may see them.';
revoke all on function cronmill_cron.visible_processors(text[]) from public;

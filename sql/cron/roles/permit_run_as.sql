-- Permits a role for the jobs of a work database. The grant on our schema gives it nothing to call;
-- it makes DROP ROLE fail, because a job of a dropped role stops pg_cron for everybody.
-- Changes cronmill_cron.run_as.
-- Executed by: the registry's owner.
create or replace function cronmill_cron.permit_run_as(database_name text, role_name text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    insert into cronmill_cron.run_as (work_database_id, role_name)
    select w.work_database_id, permit_run_as.role_name
    from cronmill_cron.work_database as w
    where w.name = permit_run_as.database_name
    on conflict on constraint run_as_pkey do nothing;
    execute pg_catalog.format('grant usage on schema cronmill_cron to %I', permit_run_as.role_name);
end
$function$;
comment on function cronmill_cron.permit_run_as(text, text)
    is 'Permits a role for the jobs of a work database.';
revoke all on function cronmill_cron.permit_run_as(text, text) from public;

-- Refuses a processor that sleeps and has more slots than the budget: it would wait for ever. Where
-- there is none, what pg_cron can run is looked at (assert_capacity).
-- Executed by: set_budget, take_settings.
create or replace function cronmill_cron.assert_budget()
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_one record;
begin
    select w.name as database_name, p.name, p.slots, i.budget into found_one
    from cronmill_cron.processor as p
    join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
    cross join cronmill_cron.installation as i
    where p.enabled and p.sleep_after is not null and p.slots > i.budget
    order by p.slots desc
    limit 1;
    if found then
        raise exception using
            errcode = 'MC004',
            message = pg_catalog.format(
                'processor "%s" of database "%s" sleeps and has %s slots, the budget is %s',
                found_one.name, found_one.database_name, found_one.slots, found_one.budget),
            detail = 'It would wait for a place in pg_cron for ever.',
            hint = pg_catalog.format(
                'Use --budget %s or more, fewer --slots, or --sleep-after never.', found_one.slots);
    end if;
end
$function$;
comment on function cronmill_cron.assert_budget()
    is 'Refuses a processor that sleeps and has more slots than the budget.';
revoke all on function cronmill_cron.assert_budget() from public;

-- Says how many slots of processors that sleep may be at work at once (0: what pg_cron can run
-- beside all else, less the reserve), for how long one of them may be while others wait, and the
-- reserve; null leaves it as it is. Changes cronmill_cron.installation.
-- Executed by: setup of the command line; the registry's owner.
create or replace function cronmill_cron.set_budget(
    budget integer default null, quantum interval default null, reserve integer default null
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    count record;
begin
    update cronmill_cron.installation as i
    set
        budget = nullif(coalesce(set_budget.budget, i.budget), 0),
        quantum = coalesce(set_budget.quantum, i.quantum),
        reserve = coalesce(set_budget.reserve, i.reserve);
    if exists (select from cronmill_cron.demand) then
        perform cronmill_cron.assert_capacity();
    end if;
    -- Also where too many jobs do no harm: the budget would not be what it says.
    select c.*, c.needed - coalesce(greatest(1, c.budget), 0) as taken into count
    from cronmill_cron.capacity() as c;
    if set_budget.budget > count.max_running_jobs - count.taken then
        raise exception using
            errcode = 'MC004',
            message = pg_catalog.format('there is no place for a budget of %s', set_budget.budget),
            detail = pg_catalog.format(
                'pg_cron can run %s jobs at once, and %s are taken: %s slots of processors '
                    'that never sleep, %s housekeepers, %s jobs of others.',
                count.max_running_jobs, count.taken, count.slots, count.housekeepers,
                coalesce(count.others, 0)),
            hint = 'Use a smaller one, or --budget auto; or raise cron.max_running_jobs and '
                'restart.';
    end if;
end
$function$;
comment on function cronmill_cron.set_budget(integer, interval, integer)
    is 'Says how many slots of processors that sleep may be at work at once.';
revoke all on function cronmill_cron.set_budget(integer, interval, integer) from public;

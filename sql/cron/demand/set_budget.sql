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
begin
    update cronmill_cron.installation as i
    set
        budget = nullif(coalesce(set_budget.budget, i.budget), 0),
        quantum = coalesce(set_budget.quantum, i.quantum),
        reserve = coalesce(set_budget.reserve, i.reserve);
    if exists (select from cronmill_cron.demand) then
        perform cronmill_cron.assert_capacity();
    elsif (select i.budget > c.max_running_jobs - c.needed
        from cronmill_cron.installation as i cross join cronmill_cron.capacity() as c)
    then
        raise exception using
            errcode = 'MC004',
            message = pg_catalog.format('there is no place for a budget of %s', set_budget.budget),
            detail = (
                select pg_catalog.format(
                    'pg_cron can run %s jobs at once, and %s are taken: %s slots of processors '
                        'that never sleep, %s housekeepers, %s jobs of others.',
                    c.max_running_jobs, c.needed, c.slots, c.housekeepers, coalesce(c.others, 0))
                from cronmill_cron.capacity() as c
            ),
            hint = 'Use a smaller one, or --budget auto; or raise cron.max_running_jobs and '
                'restart.';
    end if;
end
$function$;
comment on function cronmill_cron.set_budget(integer, interval, integer)
    is 'Says how many slots of processors that sleep may be at work at once.';
revoke all on function cronmill_cron.set_budget(integer, interval, integer) from public;

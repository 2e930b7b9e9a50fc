-- What pg_cron can run at once and what would be active: in libpq mode it hangs for everybody when
-- more jobs wait than it can run. Of processors that sleep no more slots are at work at once than
-- their budget says, and one at least; null where there are none.
-- Executed by: assert_capacity, capacity_warning, set_budget, share_out, troubles;
-- status.
create or replace function cronmill_cron.capacity(
    out max_running_jobs integer,
    out slots integer,
    out housekeepers integer,
    out others integer,
    out needed integer,
    out hangs_above boolean,
    out budget integer
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    given record;
    has_sleepers boolean;
begin
    select i.given_max_running_jobs, i.given_others, i.budget, i.reserve into given
    from cronmill_cron.installation as i;
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
        max_running_jobs := pg_catalog.current_setting('cron.max_running_jobs', true)::integer;
    end if;
    max_running_jobs := coalesce(max_running_jobs, given.given_max_running_jobs);
    select
        coalesce(sum(p.slots) filter (where p.sleep_after is null), 0),
        coalesce(bool_or(p.sleep_after is not null), false)
    into capacity.slots, has_sleepers
    from cronmill_cron.processor as p
    where p.enabled;
    select greatest(2, count(*)) into capacity.housekeepers
    from cronmill_cron.housekeepers() as h
    where h.is_wanted;
    if cronmill_cron.acts_for_all_roles() then
        select count(*) into capacity.others
        from cron.job as j
        where j.active
            and not exists (select 1 from cronmill_cron.noted_jobs() as o where o.jobid = j.jobid);
    else
        capacity.others := given.given_others;
    end if;
    needed := capacity.slots + housekeepers + coalesce(capacity.others, 0);
    if has_sleepers then
        capacity.budget := coalesce(
            given.budget, greatest(0, max_running_jobs - needed - given.reserve));
        needed := needed + greatest(1, capacity.budget);
    end if;
    hangs_above := not coalesce(
        cronmill_cron.uses_background_workers() and cronmill_cron.supports_seconds(), false);
end
$function$;
comment on function cronmill_cron.capacity()
    is 'Jobs pg_cron can run at once, and how many would be active; null is not known.';
revoke all on function cronmill_cron.capacity() from public;

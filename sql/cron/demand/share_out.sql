-- Gives places in pg_cron to the processors that have waited longest, as far as the budget goes
-- beside the slots that are used, one for each; what is left then, to those that have tasks for
-- more. Returns for how many there was no place. Changes cronmill_cron.demand and cron.job.
-- Executed by: look.
create or replace function cronmill_cron.share_out(
    used integer, out short integer, out failures text[]
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    one record;
    free integer;
begin
    short := 0;
    failures := '{}';
    if not exists (
        select
        from cronmill_cron.demand as d
        where d.state = 'wanted' or d.state = 'awake' and d.wanted_slots > d.slots
    ) then
        return;
    end if;
    free := (select coalesce(c.budget, 0) - used from cronmill_cron.capacity() as c);
    for one in
        select
            d.work_database_id, d.processor,
            d.cause is distinct from 'yielded'
                or d.changed_at < clock_timestamp() - interval '1.2 seconds' as is_through
        from cronmill_cron.demand as d
        join cronmill_cron.processor as p
            on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
        where d.state = 'wanted'
        order by d.changed_at
    loop
        free := free - 1;
        if free < 0 then
            short := -free;
        elsif one.is_through then
            failures := failures || cronmill_cron.set_state(
                one.work_database_id, one.processor, 'wanted', 'granted', null);
        end if;
    end loop;
    if free > 0 then
        failures := failures || cronmill_cron.add_slots(free);
    end if;
end
$function$;
comment on function cronmill_cron.share_out(integer)
    is 'Gives places in pg_cron to the processors that have waited longest.';
revoke all on function cronmill_cron.share_out(integer) from public;

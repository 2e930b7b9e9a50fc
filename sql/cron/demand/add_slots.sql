-- Gives places that nobody waits for to processors that are awake and have tasks for more slots
-- than they have. Returns what failed. Changes cronmill_cron.demand and cron.job.
-- Executed by: share_out.
create or replace function cronmill_cron.add_slots(free integer)
returns text[]
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $function$
declare
    one record;
    added integer;
    failures text[] := array[]::text[];
begin
    for one in
        select d.work_database_id, d.processor, d.wanted_slots - d.slots as missing
        from cronmill_cron.demand as d
        join cronmill_cron.processor as p
            on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
        where d.state = 'awake' and d.wanted_slots > d.slots
        order by d.slots, d.changed_at
        for update of d skip locked
    loop
        exit when free <= 0;
        added := least(free, one.missing);
        free := free - added;
        -- With pg_cron 1.4 they start at the next minute.
        begin
            update cronmill_cron.demand as d
            set slots = d.slots + added, give_up_at = clock_timestamp() + interval '70 seconds'
            where d.work_database_id = one.work_database_id and d.processor = one.processor;
            perform cronmill_cron.apply_state(one.work_database_id, one.processor);
        exception
            when others then
                failures := failures
                    || pg_catalog.format('processor "%s": %s', one.processor, sqlerrm);
        end;
    end loop;
    return failures;
end
$function$;
comment on function cronmill_cron.add_slots(integer)
    is 'Gives more slots to processors that have tasks for them.';
revoke all on function cronmill_cron.add_slots(integer) from public;

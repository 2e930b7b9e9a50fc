-- Notes that a housekeeper has looked, and what failed, null for nothing; and raises an alarm if it
-- is the other one that fails, because alarms may be what it fails at. Changes
-- cronmill_cron.housekeeper and cronmill_cron.alarm.
-- Executed by: house, watch.
create or replace function cronmill_cron.note_house(name text, failure text, is_over boolean)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
begin
    -- Not worth waiting for the disk.
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    update cronmill_cron.housekeeper as h
    set looked_at = case
            when note_house.failure is null then clock_timestamp()
            else h.looked_at
        end,
        failed_at = case when note_house.failure is not null then clock_timestamp() end,
        failure = left(note_house.failure, 500),
        pid = case when note_house.is_over then null else h.pid end
    where h.name = note_house.name;
    insert into cronmill_cron.alarm (kind, database_name, processor, detail)
    select 'housekeeper', pg_catalog.current_database(), f.name, f.fault
    from cronmill_cron.house_faults() as f
    where f.name <> note_house.name
    on conflict do nothing;
end
$function$;
comment on function cronmill_cron.note_house(text, text, boolean)
    is 'Notes that a housekeeper has looked, and what failed.';
revoke all on function cronmill_cron.note_house(text, text, boolean) from public;

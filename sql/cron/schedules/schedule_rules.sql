-- How pg_cron reads schedules: in which zone (cron.timezone, which came with 1.5; GMT before) and
-- whether a day must be right by month and by week where both are restricted
-- (cron.match_dom_and_dow, 1.6.8; one is enough before). Where settings cannot be read the defaults
-- are assumed.
-- Executed by: dues, judged, next_due, scheduler, silences; monitors and operators.
create or replace function cronmill_cron.schedule_rules(
    out zone text, out needs_both_days boolean, out is_assumed boolean
)
returns record
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    is_assumed := not pg_catalog.pg_has_role('pg_read_all_settings', 'usage');
    -- A pg_cron that does not have a setting keeps any text under its name; pg_settings shows only
    -- what it has.
    if not is_assumed and pg_catalog.num_nonnulls(
        pg_catalog.current_setting('cron.timezone', true),
        pg_catalog.current_setting('cron.match_dom_and_dow', true)) > 0
    then
        select
            max(s.setting) filter (where s.name = 'cron.timezone'),
            bool_or(s.setting = 'on') filter (where s.name = 'cron.match_dom_and_dow')
        into zone, needs_both_days
        from pg_catalog.pg_settings as s;
    end if;
    zone := coalesce(zone, 'GMT');
    needs_both_days := coalesce(needs_both_days, false);
end
$function$;
comment on function cronmill_cron.schedule_rules()
    is 'How pg_cron reads schedules here, and whether that is only assumed.';
revoke all on function cronmill_cron.schedule_rules() from public;

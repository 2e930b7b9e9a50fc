-- What keeps the ticks of a template from being fired, or from being fired in time, as a sentence;
-- null if nothing does. For how its processor's schedule compares ten ticks are looked at, by the
-- clock of pg_cron where that may be read.
-- Executed by: set_recurring, switch_recurring.
create or replace function cronmill.recurring_warning(template cronmill.recurring)
returns text
language plpgsql stable parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    settings record;
    cron_zone text := 'GMT';
    tick timestamptz := (recurring_warning.template).next_at;
    following timestamptz;
begin
    select p.name, p.enabled, p.paused, p.schedule, p.linger, q.name as queue
    into settings
    from cronmill.queue as q
    left join cronmill.processor as p on p.queue_id = q.queue_id
    where q.queue_id = (recurring_warning.template).queue_id;
    if settings.name is null then
        return pg_catalog.format(
            'queue "%s" has no processor: nothing fires "%s" until it has one',
            settings.queue, (recurring_warning.template).name);
    elsif not settings.enabled or settings.paused then
        return pg_catalog.format(
            'processor "%s" is %s: nothing fires "%s" meanwhile',
            settings.name, case when settings.enabled then 'paused' else 'disabled' end,
            (recurring_warning.template).name);
    elsif settings.schedule = '* * * * *' or settings.schedule ~ 'second'
        or settings.linger not in ('tick', '0')
    then
        return null;
    end if;
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
        cron_zone := coalesce(
            nullif(pg_catalog.current_setting('cron.timezone', true), ''), cron_zone);
    end if;
    for look in 1 .. 10 loop
        following := cronmill.next_tick(
            (recurring_warning.template).schedule, (recurring_warning.template).zone, tick);
        if (cronmill.nearest_due(
                settings.schedule, tick - interval '1 minute', cron_zone, false, false)
            < following) is not true
        then
            return pg_catalog.format(
                'processor "%s" runs by its schedule %s, which is rarer than %s of "%s": '
                    'ticks are fired late, or made up for',
                settings.name, settings.schedule, (recurring_warning.template).schedule,
                (recurring_warning.template).name);
        end if;
        tick := following;
    end loop;
    return null;
end
$function$;
comment on function cronmill.recurring_warning(cronmill.recurring)
    is 'What keeps the ticks of a template from being fired in time; null if nothing does.';
revoke all on function cronmill.recurring_warning(cronmill.recurring) from public;

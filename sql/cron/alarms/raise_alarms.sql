-- Raises alarms about what has become wrong, renews the text of those that go on, and
-- clears those whose trouble has not been found twice in a row. Each is told once by NOTIFY
-- cronmill_alarm, by its number only: everybody who may connect may listen, and notify. Changes
-- cronmill_cron.alarm.
-- Executed by: house.
create or replace function cronmill_cron.raise_alarms()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    found cronmill_cron.alarm[];
    changed cronmill_cron.alarm;
begin
    perform cronmill_cron.take_turn('alarms');
    found := array(
        -- misses tells whether it only keeps up what is raised.
        select jsonb_populate_record(null::cronmill_cron.alarm, jsonb_build_object(
            'kind', t.kind, 'database_name', t.database_name, 'processor', t.processor,
            'detail', left(t.detail, 500), 'misses', (not bool_or(t.is_raised) over same)::integer))
        from cronmill_cron.troubles() as t
        window same as (partition by t.kind, t.database_name, t.processor)
    );
    for changed in
        update cronmill_cron.alarm as a
        set misses = a.misses + 1,
            cleared_at = case when a.misses > 0 then clock_timestamp() end,
            tell_attempts = case when a.misses > 0 then 0 else a.tell_attempts end
        where a.cleared_at is null
            and not exists (
                select from unnest(found) as f
                where (f.kind, f.database_name, f.processor)
                    is not distinct from (a.kind, a.database_name, a.processor)
            )
        returning a.*
    loop
        if changed.cleared_at is not null then
            perform pg_catalog.pg_notify('cronmill_alarm', changed.alarm_id::text);
        end if;
    end loop;
    update cronmill_cron.alarm as a
    set misses = 0, detail = f.detail
    from (
        select distinct on (o.kind, o.database_name, o.processor)
            o.kind, o.database_name, o.processor, o.detail
        from unnest(found) as o
        order by o.kind, o.database_name, o.processor, o.detail
    ) as f
    where a.cleared_at is null
        and (f.kind, f.database_name, f.processor)
            is not distinct from (a.kind, a.database_name, a.processor)
        and (a.misses, a.detail) is distinct from (0, f.detail);
    for changed in
        insert into cronmill_cron.alarm (kind, database_name, processor, detail)
        select f.kind, f.database_name, f.processor, f.detail
        from unnest(found) as f
        where f.misses = 0
        on conflict do nothing
        returning alarm.*
    loop
        perform pg_catalog.pg_notify('cronmill_alarm', changed.alarm_id::text);
    end loop;
    delete from cronmill_cron.alarm as a
    where a.cleared_at < clock_timestamp() - interval '90 days';
end
$function$;
comment on function cronmill_cron.raise_alarms()
    is 'Raises alarms about what has become wrong, and clears those that are over.';
revoke all on function cronmill_cron.raise_alarms() from public;

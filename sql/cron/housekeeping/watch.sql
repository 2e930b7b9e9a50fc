-- The housekeeper: looks twice a second, until just past the next minute, when pg_cron has its next
-- run ready (house_schedule). Where pg_cron runs one job at a time it looks once and ends.
-- Executed by: pg_cron.
create or replace procedure cronmill_cron.watch()
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified
-- here.
declare
    ends_at pg_catalog.timestamptz;
    patient_until pg_catalog.timestamptz;
    failure pg_catalog.text;
    noted_at pg_catalog.timestamptz;
    is_over boolean;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    ends_at := case
        when cronmill_cron.runs_one_at_a_time() then clock_timestamp()
        else date_trunc('minute', clock_timestamp()) + interval '1 minute 50 milliseconds'
    end;
    -- The run that a launcher left behind when it restarted ends just past the minute: who did not
    -- wait for it would leave the whole minute without a housekeeper.
    patient_until := clock_timestamp() + interval '2 seconds';
    while not cronmill_cron.begin_house('watch') loop
        if clock_timestamp() > patient_until then
            return;
        end if;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform pg_catalog.pg_sleep(0.05);
    end loop;
    commit;
    loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        begin
            failure := null;
            perform cronmill_cron.cancel_overdue();
        exception
            when others then
                failure := pg_catalog.format('timeouts could not be enforced: %s', sqlerrm);
        end;
        begin
            perform cronmill_cron.deactivate_replaced();
        exception
            when others then
                failure := pg_catalog.concat_ws('; ', failure, pg_catalog.format(
                    'jobs of dropped databases could not be deactivated: %s', sqlerrm));
        end;
        begin
            failure := pg_catalog.concat_ws('; ', failure, cronmill_cron.look());
            failure := nullif(failure, '');
        exception
            when others then
                failure := pg_catalog.concat_ws('; ', failure, pg_catalog.format(
                    'processors that sleep could not be woken: %s', sqlerrm));
        end;
        is_over := clock_timestamp() >= ends_at;
        if is_over
            or failure is not null
            or (noted_at > clock_timestamp() - interval '10 seconds') is not true
        then
            perform cronmill_cron.note_house('watch', failure, is_over);
            noted_at := clock_timestamp();
        end if;
        commit;
        exit when is_over;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform pg_catalog.pg_sleep(
            least(0.5, greatest(0, extract(epoch from ends_at - clock_timestamp()))));
    end loop;
    if failure is not null then
        raise exception using errcode = 'MC015', message = failure;
    end if;
end
$procedure$;
comment on procedure cronmill_cron.watch()
    is 'The housekeeper''s job: enforces task timeouts, wakes processors that sleep, '
        'and deactivates jobs of dropped databases.';
revoke all on procedure cronmill_cron.watch() from public;

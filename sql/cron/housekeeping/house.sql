-- The second housekeeper: looks for what there are alarms about, and removes old runs from the
-- history, for twenty seconds at most; where pg_cron runs one job at a time, for one.
-- Executed by: pg_cron.
create or replace procedure cronmill_cron.house()
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified
-- here.
declare
    ends_at pg_catalog.timestamptz;
    failure pg_catalog.text;
    prune_failure pg_catalog.text;
    goes_on boolean := true;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    ends_at := clock_timestamp() + case
        when cronmill_cron.runs_one_at_a_time() then interval '1 second'
        else interval '20 seconds'
    end;
    if not cronmill_cron.begin_house('house') then
        return;
    end if;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    begin
        perform cronmill_cron.raise_alarms();
    exception
        when others then
            failure := pg_catalog.format('alarms could not be looked for: %s', sqlerrm);
    end;
    commit;
    begin
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform cronmill_cron.end_open_orders();
    exception
        when others then
            failure := pg_catalog.concat_ws(
                '; ', failure, pg_catalog.format('open orders could not be ended: %s', sqlerrm));
    end;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    while goes_on and clock_timestamp() < ends_at loop
        begin
            goes_on := cronmill_cron.keep_pruning();
        exception
            when others then
                prune_failure := pg_catalog.format('old runs could not be removed: %s', sqlerrm);
                goes_on := false;
        end;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;
    failure := pg_catalog.concat_ws('; ', failure, prune_failure);
    failure := nullif(failure, '');
    perform cronmill_cron.note_house('house', failure, true);
    commit;
    if failure is not null then
        raise exception using errcode = 'MC015', message = failure;
    end if;
end
$procedure$;
comment on procedure cronmill_cron.house()
    is 'The second housekeeper''s job: raises alarms and prunes the history.';
revoke all on procedure cronmill_cron.house() from public;

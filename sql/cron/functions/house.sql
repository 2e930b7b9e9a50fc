-- One window of the pass over the history that is under way, or the begin of one, an hour after the last. Below the
-- oldest run of ours that the last pass kept it does not look again. Returns false if there is nothing to do.
-- Changes cronmill_cron.housekeeping, and what prune_window does. Executed by: house.
create or replace function cronmill_cron.keep_pruning()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    keeping cronmill_cron.housekeeping;
    under_way cronmill_cron.prune_pass;
begin
    select h.* into strict keeping from cronmill_cron.housekeeping as h for update;
    under_way := keeping.pass;
    if under_way.is_over is distinct from false then
        if under_way.began_at > clock_timestamp() - interval '1 hour' then
            return false;
        end if;
        under_way := cronmill_cron.begin_prune();
        under_way.floor_runid := greatest(under_way.floor_runid, keeping.floor_runid);
    end if;
    under_way := cronmill_cron.prune_window(under_way);
    update cronmill_cron.housekeeping as h
    set pass = under_way,
        floor_runid = case when under_way.is_over
            then coalesce(under_way.kept_runid, under_way.first_runid, h.floor_runid) else h.floor_runid end;
    return true;
end
$function$;
comment on function cronmill_cron.keep_pruning() is 'Does one window of pruning the history, if it is time to.';
revoke all on function cronmill_cron.keep_pruning() from public;

-- The second housekeeper: looks for what there are alarms about, and removes old runs from the history, for twenty seconds
-- at most; where pg_cron runs one job at a time, for one. Started by pg_cron.
create or replace procedure cronmill_cron.house()
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified here.
declare
    ends_at pg_catalog.timestamptz;
    failure pg_catalog.text;
    prune_failure pg_catalog.text;
    goes_on boolean := true;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    ends_at := clock_timestamp() + case when cronmill_cron.runs_one_at_a_time() then interval '1 second' else interval '20 seconds' end;
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
            failure := pg_catalog.concat_ws('; ', failure, pg_catalog.format('open orders could not be ended: %s', sqlerrm));
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
comment on procedure cronmill_cron.house() is 'The second housekeeper''s job: raises alarms and prunes the history.';
revoke all on procedure cronmill_cron.house() from public;

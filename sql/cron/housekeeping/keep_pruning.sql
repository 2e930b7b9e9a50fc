-- One window of the pass over the history that is under way, or the begin of one, an hour after the
-- last. Below the oldest run of ours that the last pass kept it does not look again. Returns false
-- if there is nothing to do. Changes cronmill_cron.housekeeping, and what prune_window does.
-- Executed by: house.
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
            then coalesce(under_way.kept_runid, under_way.first_runid, h.floor_runid)
            else h.floor_runid
        end;
    return true;
end
$function$;
comment on function cronmill_cron.keep_pruning()
    is 'Does one window of pruning the history, if it is time to.';
revoke all on function cronmill_cron.keep_pruning() from public;

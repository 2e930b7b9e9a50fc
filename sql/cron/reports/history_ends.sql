-- Before the oldest and the newest runid of the history, as far as it can be seen; nulls where it
-- is empty.
-- Executed by: many functions.
create or replace function cronmill_cron.history_ends(out before_oldest bigint, out newest bigint)
returns record
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $function$
declare
    own_newest bigint;
begin
    select d.runid into own_newest from cron.job_run_details as d order by d.runid desc limit 1;
    -- The housekeeper runs every minute, as the owner: a role that says it is far ahead would hide
    -- all others' runs.
    select greatest(0, min(e.runid) - 1), max(least(e.runid, own_newest + 10000))
    into before_oldest, newest
    from (
        (select d.runid from cron.job_run_details as d order by d.runid limit 1)
        union all
        select own_newest where own_newest is not null
        union all
        select r.runid from cronmill_cron.role_runs(null, null) as r
    ) as e;
end
$function$;
comment on function cronmill_cron.history_ends()
    is 'Before the oldest and the newest runid of the history.';
revoke all on function cronmill_cron.history_ends() from public;

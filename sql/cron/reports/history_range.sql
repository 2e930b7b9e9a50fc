-- Which runids a question about a time is about, a minute more at both ends, because runs do not
-- begin quite in order. Without since: those of the newest 100,000 runs, whether there are older
-- ones (is_cut), and when the oldest of these began.
-- Executed by: history, run_statistics; monitors and operators; runs of the command line.
create or replace function cronmill_cron.history_range(
    since timestamptz, until timestamptz,
    out above_runid bigint, out to_runid bigint, out is_cut boolean, out reaches_to timestamptz
)
returns record
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    before_oldest bigint;
    many constant bigint := 100000;
begin
    select e.before_oldest, e.newest into before_oldest, to_runid
    from cronmill_cron.history_ends() as e;
    if until is not null then
        to_runid := cronmill_cron.runid_at(until + interval '1 minute');
    end if;
    if since is not null then
        above_runid := cronmill_cron.runid_at(since - interval '1 minute');
        is_cut := false;
        return;
    end if;
    -- Runids can have gaps. Where row security hides rows, counting those that are left could read
    -- all of them.
    above_runid := to_runid - many;
    if cronmill_cron.acts_for_all_roles() then
        select d.runid into above_runid
        from cron.job_run_details as d
        where d.runid <= to_runid
        order by d.runid desc
        offset many
        limit 1;
    end if;
    above_runid := greatest(above_runid, before_oldest);
    is_cut := above_runid > before_oldest;
    if is_cut then
        select d.start_time into reaches_to
        from cronmill_cron.visible_runs(above_runid, above_runid + 1000) as d
        where d.start_time is not null
        order by d.runid
        limit 1;
    end if;
end
$function$;
comment on function cronmill_cron.history_range(timestamptz, timestamptz)
    is 'Which runids a question about a time is about.';
revoke all on function cronmill_cron.history_range(timestamptz, timestamptz) from public;

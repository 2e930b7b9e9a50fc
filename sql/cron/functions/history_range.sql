-- Before the oldest and the newest runid of the history, as far as it can be seen; nulls where it is empty.
-- Executed by: runid_at, history_range.
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
    -- The housekeeper runs every minute, as the owner: a role that says it is far ahead would hide all others' runs.
    select greatest(0, min(e.runid) - 1), max(least(e.runid, own_newest + 10000)) into before_oldest, newest
    from (
        (select d.runid from cron.job_run_details as d order by d.runid limit 1)
        union all
        select own_newest where own_newest is not null
        union all
        select r.runid from cronmill_cron.role_runs(null, null) as r
    ) as e;
end
$function$;
comment on function cronmill_cron.history_ends() is 'Before the oldest and the newest runid of the history.';
revoke all on function cronmill_cron.history_ends() from public;

-- The runid that parts runs that began before a moment from those that began later: found by halving, because the
-- history has no other index. Runs begin in the order of their runids, but for seconds; one whose start pg_cron did
-- not note stands between its neighbours. Executed by: history_range, run_statistics.
create or replace function cronmill_cron.runid_at(moment timestamptz)
returns bigint
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    early bigint;
    late bigint;
    middle bigint;
    width bigint;
    known record;
begin
    select e.before_oldest, e.newest into early, late from cronmill_cron.history_ends() as e;
    while late > early loop
        middle := early + (late - early) / 2;
        width := 100;
        loop
            select d.runid, d.start_time into known
            from cronmill_cron.visible_runs(middle, least(middle + width, late)) as d
            where d.start_time is not null
            order by d.runid
            limit 1;
            exit when known.runid is not null or middle + width >= late;
            width := width * 10;
        end loop;
        if known.start_time < runid_at.moment then
            early := known.runid;
        else
            late := middle;
        end if;
    end loop;
    return early;
end
$function$;
comment on function cronmill_cron.runid_at(timestamptz) is 'The runid of the last run that began before a moment.';
revoke all on function cronmill_cron.runid_at(timestamptz) from public;

-- Which runids a question about a time is about, a minute more at both ends, because runs do not begin quite in order.
-- Without since: those of the newest 100,000 runs, whether there are older ones (is_cut), and when the oldest of these
-- began. Executed by: monitors and operators; history, run_statistics; runs of the command line.
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
    select e.before_oldest, e.newest into before_oldest, to_runid from cronmill_cron.history_ends() as e;
    if until is not null then
        to_runid := cronmill_cron.runid_at(until + interval '1 minute');
    end if;
    if since is not null then
        above_runid := cronmill_cron.runid_at(since - interval '1 minute');
        is_cut := false;
        return;
    end if;
    -- Runids can have gaps. Where row security hides rows, counting those that are left could read all of them.
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
comment on function cronmill_cron.history_range(timestamptz, timestamptz) is 'Which runids a question about a time is about.';
revoke all on function cronmill_cron.history_range(timestamptz, timestamptz) from public;

-- The thresholds that hold for a processor; without one for its database, without that for all.
-- Null is off, or without end.
-- Executed by: begin_prune, dues, judged, silences, troubles.
create or replace function cronmill_cron.thresholds(
    database_name text default null,
    processor text default null,
    out behind interval,
    out failing integer,
    out dead bigint,
    out overdue interval,
    out silent interval,
    out history bigint,
    out replica interval,
    out history_age interval,
    out history_runs bigint
)
returns record
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    -- The narrower row comes first; where it says nothing, the wider one does.
    select
        nullif(
            (array_agg(t.behind order by t.place) filter (where t.behind is not null))[1],
            interval '0'),
        nullif((array_agg(t.failing order by t.place) filter (where t.failing is not null))[1], 0),
        nullif((array_agg(t.dead order by t.place) filter (where t.dead is not null))[1], 0),
        nullif(
            (array_agg(t.overdue order by t.place) filter (where t.overdue is not null))[1],
            interval '0'),
        nullif(
            (array_agg(t.silent order by t.place) filter (where t.silent is not null))[1],
            interval '0'),
        nullif((array_agg(t.history order by t.place) filter (where t.history is not null))[1], 0),
        nullif(
            (array_agg(t.replica order by t.place) filter (where t.replica is not null))[1],
            interval '0'),
        nullif(
            (array_agg(t.history_age order by t.place) filter (where t.history_age is not null))[1],
            interval '0'),
        nullif(
            (array_agg(t.history_runs order by t.place)
                filter (where t.history_runs is not null))[1],
            0)
    into
        thresholds.behind, thresholds.failing, thresholds.dead, thresholds.overdue,
        thresholds.silent, thresholds.history, thresholds.replica, thresholds.history_age,
        thresholds.history_runs
    from (
        select
            h.behind, h.failing, h.dead, h.overdue, h.silent, h.history, h.replica, h.history_age,
            h.history_runs, num_nulls(h.work_database_id, h.processor) as place
        from cronmill_cron.threshold as h
        left join cronmill_cron.work_database as w on w.work_database_id = h.work_database_id
        where (h.work_database_id is null or w.name = thresholds.database_name)
            and (h.processor is null or h.processor = thresholds.processor)
    ) as t;
end
$function$;
comment on function cronmill_cron.thresholds(text, text)
    is 'Thresholds that hold for a processor, a work database, or all; '
        'null is off, or without end.';
revoke all on function cronmill_cron.thresholds(text, text) from public;

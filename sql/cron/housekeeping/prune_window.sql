-- Does the next window of a pass, of 10,000 runids, and returns the pass as it is then; until it is
-- over. Each call ought to be a transaction: it locks the rows it removes, which pg_cron is done
-- with. A run that has not ended is kept for a day. Changes cron.job_run_details, and at the end of
-- a pass cronmill_cron.job.
-- Executed by: keep_pruning; the registry's owner; cronmill prune.
create or replace function cronmill_cron.prune_window(pass cronmill_cron.prune_pass)
returns cronmill_cron.prune_pass
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    next constant bigint := pass.next_runid - 10000;
    window_of record;
begin
    if pass.is_over then
        return pass;
    end if;
    with jobs as materialized (
        select j.jobid, j.command, jsonb_build_array(j.database_name, j.processor)::text as key,
            (pass.database_names is null or j.database_name = any (pass.database_names))
                and (pass.processors is null or j.processor = any (pass.processors)) as is_asked
        from cronmill_cron.known_jobs() as j
    ),
    seen as materialized (
        select
            d.runid, d.jobid, d.username, d.status,
            coalesce(d.start_time, d.end_time) as happened_at, j.jobid is not null as is_ours,
            coalesce(j.key, '') as key, coalesce(j.key, d.jobid::text) as rank_key,
            coalesce(j.is_asked, pass.include_others) as is_asked
        from cronmill_cron.visible_runs(next, pass.next_runid) as d
        left join jobs as j on j.jobid = d.jobid and j.command = d.command
    ),
    ranked as materialized (
        -- A run without times is older than those after it.
        select s.*,
            row_number() over (partition by s.rank_key order by s.runid desc)
                + coalesce((pass.ranks ->> s.rank_key)::bigint, 0)
                as rank,
            coalesce(min(s.happened_at) over (order by s.runid desc), pass.later_at) as by_then
        from seen as s
    ),
    judged as materialized (
        select r.runid, r.jobid, r.username, r.key, r.rank_key, r.is_ours, r.by_then,
            coalesce(
                r.is_asked
                and (
                    r.by_then
                        < pass.began_at
                            - make_interval(secs => (pass.limits -> r.key ->> 0)::double precision)
                    or r.rank > (pass.limits -> r.key ->> 1)::bigint
                )
                and (
                    r.status in ('succeeded', 'failed')
                    or r.by_then < pass.began_at - interval '1 day'
                ),
                false
            ) as is_old
        from ranked as r
    )
    select
        array_agg(j.runid) filter (where j.is_old) as runids,
        array_agg(j.username) filter (where j.is_old) as role_names,
        min(j.runid) filter (where j.is_ours and not j.is_old) as kept_runid,
        array_agg(distinct j.jobid) filter (where j.is_ours and not j.is_old) as kept_jobids,
        min(j.by_then) as later_at,
        (
            select jsonb_object_agg(k.key, k.total + coalesce((pass.removed ->> k.key)::bigint, 0))
            from (
                select o.key, count(*) as total from judged as o where o.is_old group by o.key
            ) as k
        ) as removed,
        (
            select jsonb_object_agg(
                k.rank_key, k.total + coalesce((pass.ranks ->> k.rank_key)::bigint, 0))
            from (
                select o.rank_key, count(*) as total
                from judged as o
                where pass.limits -> o.key ->> 1 is not null
                group by o.rank_key
            ) as k
        ) as ranks
    into window_of
    from judged as j;
    if window_of.runids is not null and not pass.is_rehearsal then
        perform cronmill_cron.remove_runs(window_of.runids, window_of.role_names);
    end if;
    pass.removed := pass.removed || coalesce(window_of.removed, '{}');
    pass.ranks := pass.ranks || coalesce(window_of.ranks, '{}');
    pass.kept_runid := coalesce(window_of.kept_runid, pass.kept_runid);
    pass.kept_jobids := array(
        select distinct k.jobid
        from unnest(pass.kept_jobids || window_of.kept_jobids) as k (jobid));
    pass.later_at := coalesce(window_of.later_at, pass.later_at);
    pass.next_runid := next;
    if cronmill_cron.acts_for_all_roles() then
        -- Over a gap at once.
        select max(d.runid) into pass.next_runid
        from cron.job_run_details as d
        where d.runid <= next;
    end if;
    pass.is_over := (pass.next_runid >= pass.floor_runid) is not true;
    if pass.is_over and not pass.is_rehearsal and pass.database_names is null
        and pass.processors is null
    then
        -- What is noted of a job that is gone is of use as long as it has runs.
        delete from cronmill_cron.job as j
        where j.removed_at < pass.began_at - interval '1 day' and j.jobid <> all (pass.kept_jobids);
    end if;
    return pass;
end
$function$;
comment on function cronmill_cron.prune_window(cronmill_cron.prune_pass)
    is 'Does the next window of a pass over the history.';
revoke all on function cronmill_cron.prune_window(cronmill_cron.prune_pass) from public;

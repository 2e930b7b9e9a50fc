-- Begins a pass over the history. What is named decides, for all alike: runs older than that, or beyond so many of a
-- processor; if neither is, each processor's history_age and history_runs do (cronmill_cron.thresholds). Of these
-- databases and processors only, null for all; runs of jobs that are not ours only if told so. A rehearsal removes nothing.
-- Changes nothing. Executed by: the registry's owner; house; cronmill prune.
create or replace function cronmill_cron.begin_prune(
    older_than interval default null,
    keep bigint default null,
    database_names text[] default null,
    processors text[] default null,
    include_others boolean default false,
    is_rehearsal boolean default false
)
returns cronmill_cron.prune_pass
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    pass cronmill_cron.prune_pass;
begin
    if begin_prune.older_than < interval '0' or begin_prune.keep < 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'age and number of runs to keep are not negative';
    end if;
    pass.began_at := clock_timestamp();
    pass.older_than := begin_prune.older_than;
    pass.keep := begin_prune.keep;
    pass.database_names := begin_prune.database_names;
    pass.processors := begin_prune.processors;
    pass.include_others := begin_prune.include_others;
    pass.is_rehearsal := begin_prune.is_rehearsal;
    select e.newest, e.before_oldest + 1 into pass.first_runid, pass.floor_runid from cronmill_cron.history_ends() as e;
    pass.next_runid := pass.first_runid;
    -- How long runs are kept, by processor; the empty key is for the jobs of others.
    select jsonb_object_agg(k.key, jsonb_build_array(
        extract(epoch from case when pass.older_than is null and pass.keep is null then k.history_age else pass.older_than end),
        case when pass.older_than is null and pass.keep is null then k.history_runs else pass.keep end))
    into pass.limits
    from (
        select jsonb_build_array(o.database_name, o.processor)::text as key, t.history_age, t.history_runs
        from (select distinct j.database_name, j.processor from cronmill_cron.job as j) as o
        cross join lateral cronmill_cron.thresholds(o.database_name, o.processor) as t
        union all
        select '', t.history_age, t.history_runs from cronmill_cron.thresholds() as t
    ) as k;
    pass.ranks := '{}';
    pass.removed := '{}';
    pass.kept_jobids := '{}';
    pass.is_over := pass.first_runid is null;
    return pass;
end
$function$;
comment on function cronmill_cron.begin_prune(interval, bigint, text[], text[], boolean, boolean) is 'Begins a pass over the history, which removes old runs.';
revoke all on function cronmill_cron.begin_prune(interval, bigint, text[], text[], boolean, boolean) from public;

-- Removes runs from the history by their runids: as their roles, where row security hides them from the registry's
-- owner. Returns how many. Changes cron.job_run_details. Executed by: prune_window.
create or replace function cronmill_cron.remove_runs(runids bigint[], role_names text[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    removed bigint;
    of_role bigint;
    one record;
begin
    delete from cron.job_run_details as d
    where d.runid = any (runids) and (cronmill_cron.acts_for_all_roles() or d.runid in (
        select r.runid from unnest(runids, role_names) as r (runid, role_name) where r.role_name = current_user));
    get diagnostics removed = row_count;
    if not cronmill_cron.acts_for_all_roles() then
        for one in
            select r.role_name, array_agg(r.runid) as runids
            from unnest(runids, role_names) as r (runid, role_name)
            where r.role_name <> current_user
            group by r.role_name
        loop
            perform cronmill_cron.assert_sound(one.role_name);
            execute pg_catalog.format('select cronmill_run_as.%I($1)', one.role_name) into of_role using one.runids;
            removed := removed + of_role;
        end loop;
    end if;
    return removed;
end
$function$;
comment on function cronmill_cron.remove_runs(bigint[], text[]) is 'Removes runs from the history.';
revoke all on function cronmill_cron.remove_runs(bigint[], text[]) from public;

-- Does the next window of a pass, of 10,000 runids, and returns the pass as it is then; until it is over. Each call
-- ought to be a transaction: it locks the rows it removes, which pg_cron is done with. A run that has not ended is kept for
-- a day. Changes cron.job_run_details, and at the end of a pass cronmill_cron.job.
-- Executed by: the registry's owner; house; cronmill prune.
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
        select d.runid, d.jobid, d.username, d.status, coalesce(d.start_time, d.end_time) as happened_at,
            j.jobid is not null as is_ours,
            coalesce(j.key, '') as key, coalesce(j.key, d.jobid::text) as rank_key,
            coalesce(j.is_asked, pass.include_others) as is_asked
        from cronmill_cron.visible_runs(next, pass.next_runid) as d
        left join jobs as j on j.jobid = d.jobid and j.command = d.command
    ),
    ranked as materialized (
        -- A run without times is older than those after it.
        select s.*,
            row_number() over (partition by s.rank_key order by s.runid desc) + coalesce((pass.ranks ->> s.rank_key)::bigint, 0)
                as rank,
            coalesce(min(s.happened_at) over (order by s.runid desc), pass.later_at) as by_then
        from seen as s
    ),
    judged as materialized (
        select r.runid, r.jobid, r.username, r.key, r.rank_key, r.is_ours, r.by_then,
            coalesce(
                r.is_asked
                and (
                    r.by_then < pass.began_at - make_interval(secs => (pass.limits -> r.key ->> 0)::double precision)
                    or r.rank > (pass.limits -> r.key ->> 1)::bigint
                )
                and (r.status in ('succeeded', 'failed') or r.by_then < pass.began_at - interval '1 day'),
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
            from (select o.key, count(*) as total from judged as o where o.is_old group by o.key) as k
        ) as removed,
        (
            select jsonb_object_agg(k.rank_key, k.total + coalesce((pass.ranks ->> k.rank_key)::bigint, 0))
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
        select distinct k.jobid from unnest(pass.kept_jobids || window_of.kept_jobids) as k (jobid));
    pass.later_at := coalesce(window_of.later_at, pass.later_at);
    pass.next_runid := next;
    if cronmill_cron.acts_for_all_roles() then
        -- Over a gap at once.
        select max(d.runid) into pass.next_runid from cron.job_run_details as d where d.runid <= next;
    end if;
    pass.is_over := (pass.next_runid >= pass.floor_runid) is not true;
    if pass.is_over and not pass.is_rehearsal and pass.database_names is null and pass.processors is null then
        -- What is noted of a job that is gone is of use as long as it has runs.
        delete from cronmill_cron.job as j
        where j.removed_at < pass.began_at - interval '1 day' and j.jobid <> all (pass.kept_jobids);
    end if;
    return pass;
end
$function$;
comment on function cronmill_cron.prune_window(cronmill_cron.prune_pass) is 'Does the next window of a pass over the history.';
revoke all on function cronmill_cron.prune_window(cronmill_cron.prune_pass) from public;

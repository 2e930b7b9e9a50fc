-- Begins a pass over the history. What is named decides, for all alike: runs older than that, or
-- beyond so many of a processor; if neither is, each processor's history_age and history_runs do
-- (cronmill_cron.thresholds). Of these databases and processors only, null for all; runs of jobs
-- that are not ours only if told so. A rehearsal removes nothing. Changes nothing.
-- Executed by: keep_pruning; the registry's owner; cronmill prune.
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
    select e.newest, e.before_oldest + 1 into pass.first_runid, pass.floor_runid
    from cronmill_cron.history_ends() as e;
    pass.next_runid := pass.first_runid;
    -- How long runs are kept, by processor; the empty key is for the jobs of others.
    select jsonb_object_agg(k.key, jsonb_build_array(
        extract(epoch from case
            when pass.older_than is null and pass.keep is null then k.history_age
            else pass.older_than
        end),
        case
            when pass.older_than is null and pass.keep is null then k.history_runs
            else pass.keep
        end))
    into pass.limits
    from (
        select
            jsonb_build_array(o.database_name, o.processor)::text as key,
            t.history_age, t.history_runs
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
comment on function cronmill_cron.begin_prune(interval, bigint, text[], text[], boolean, boolean)
    is 'Begins a pass over the history, which removes old runs.';
revoke all on function cronmill_cron.begin_prune(interval, bigint, text[], text[], boolean, boolean)
    from public;

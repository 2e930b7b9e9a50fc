-- Of a batch that may have ended the last run: notes on the tasks that they are suspected, which
-- the caller commits before it does them, so that of those that are here still after another such
-- end each is done alone. The first of few is done alone at once, which spares an end of a run.
-- What is left out of the batch is claimed again, from the marks where the scan began. Changes
-- cronmill.task.
-- Executed by: claim.
create or replace function cronmill.claim_suspects(
    processor_id integer,
    slot_id integer,
    batch_size integer,
    batch cronmill.claim,
    scan cronmill.scan
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    suspects cronmill.claim := claim_suspects.batch;
    few constant integer := 100;
    total constant integer := cardinality(suspects.task_ids);
    taken constant integer := case when total < few then 1 else claim_suspects.batch_size end;
    level integer;
begin
    if total > taken and suspects.has_groups then
        -- The others are found again from the beginning.
        suspects.full_scan_at := null;
    elsif total > taken then
        -- The next claim goes on behind the last that stays in the batch.
        select t.priority into level from cronmill.task as t where t.ctid = suspects.places[taken];
        suspects.mark_at := (claim_suspects.scan).from_at[: level]
            || (claim_suspects.scan).ready_at[taken] || suspects.mark_at[level + 2 :];
        suspects.mark_id := (claim_suspects.scan).from_id[: level] || suspects.task_ids[taken]
            || suspects.mark_id[level + 2 :];
    end if;
    suspects.is_alone := true;
    suspects.task_ids := suspects.task_ids[: taken];
    suspects.places := suspects.places[: taken];
    if taken = 1 then
        suspects.places[1] := cronmill.begin_attempt(
            claim_suspects.processor_id, claim_suspects.slot_id, suspects.task_ids[1],
            suspects.places[1]);
    else
        with suspected as (
            update cronmill.task as t
            set suspected_at = clock_timestamp(), taken_by = claim_suspects.slot_id
            where t.ctid = any (suspects.places)
            returning t.task_id, t.ctid as place
        )
        select array_agg(u.place order by w.position) into suspects.places
        from unnest(suspects.task_ids) with ordinality as w (task_id, position)
        join suspected as u on u.task_id = w.task_id;
    end if;
    return suspects;
end
$function$;
comment on function cronmill.claim_suspects(
    integer, integer, integer, cronmill.claim, cronmill.scan
) is 'Notes on tasks that one of them may have ended the last run, or takes one alone.';
revoke all on function cronmill.claim_suspects(
    integer, integer, integer, cronmill.claim, cronmill.scan
) from public;

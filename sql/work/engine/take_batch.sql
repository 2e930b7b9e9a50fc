-- Takes tasks that are locked out of the queue, unless they are kept until they are done; shows by
-- when they have to be through, and counts how long they have waited. Changes cronmill.task.
-- Executed by: claim.
create or replace function cronmill.take_batch(
    batch cronmill.claim, scan cronmill.scan, now_at timestamptz
)
returns cronmill.claim
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    taken cronmill.claim := take_batch.batch;
    longest interval;
begin
    -- What has a timeout of its own is special, or of a group, and so is what is of a graph: finish
    -- has to see that it ends.
    if (take_batch.scan).special > 0 or taken.has_groups then
        select
            case when count(t.timeout) > 0 then min(coalesce(t.timeout, taken.timeout)) end,
            case when count(t.timeout) > 0 then max(coalesce(t.timeout, taken.timeout)) end,
            count(t.graph_id) > 0
        into taken.task_timeout, longest, taken.has_nodes
        from cronmill.task as t
        where t.ctid = any (taken.places);
        taken.is_kept := taken.is_kept or taken.has_nodes;
    end if;
    perform cronmill.hold_deadline(clock_timestamp() + coalesce(longest, taken.timeout));
    if not taken.is_kept then
        delete from cronmill.task as t where t.ctid = any (taken.places);
    end if;
    taken.waited := cronmill.tally_waits(
        taken.waited, (take_batch.scan).ready_at, (take_batch.scan).levels,
        cardinality(taken.task_ids), take_batch.now_at);
    return taken;
end
$function$;
comment on function cronmill.take_batch(cronmill.claim, cronmill.scan, timestamptz) is
    'Takes tasks that are locked out of the queue.';
revoke all on function cronmill.take_batch(cronmill.claim, cronmill.scan, timestamptz) from public;

-- Ends tasks that claim_again locked and their handler did not fail, in the handler's own transaction: removes
-- them; a single one may also be put off, or buried, as the handler says. Returns done, snooze or dead.
-- Changes cronmill.task and cronmill.dead_task. Executed by: the processor's run-as role, from its
-- generated procedure.
create or replace function cronmill.finish(
    processor_id integer,
    task_ids bigint[],
    places tid[],
    outcome cronmill.outcome default null
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    charged integer;
begin
    if coalesce((finish.outcome).kind, 'done') = 'done' then
        delete from cronmill.task as t
        using cronmill.processor as p, unnest(finish.task_ids, finish.places) as w (task_id, place)
        where t.ctid = w.place
            and t.task_id = w.task_id
            and p.processor_id = finish.processor_id
            and p.queue_id = t.queue_id
            and p.run_as = session_user;
        return 'done';
    end if;
    select t.attempts - case when t.began_at is null then 0 else 1 end
    into charged
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    where t.ctid = finish.places[1]
        and t.task_id = finish.task_ids[1]
        and p.processor_id = finish.processor_id
        and p.run_as = session_user;
    if not found then
        return 'done';
    end if;
    if (finish.outcome).kind = 'snooze' then
        update cronmill.task as t
        set attempts = charged, began_at = null, run_at = greatest((finish.outcome).run_at, clock_timestamp())
        where t.ctid = finish.places[1] and t.task_id = finish.task_ids[1];
        return 'snooze';
    end if;
    perform cronmill.bury(
        finish.task_ids[1], finish.places[1], charged + 1, 'MC102',
        coalesce((finish.outcome).reason, 'the handler gave no reason'), null, null, null);
    return 'dead';
end
$function$;
comment on function cronmill.finish(integer, bigint[], tid[], cronmill.outcome) is 'Ends tasks that are done, or one as its handler says: done, later, or dead.';
revoke all on function cronmill.finish(integer, bigint[], tid[], cronmill.outcome) from public;

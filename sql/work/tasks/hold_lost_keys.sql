-- The same for tasks with one of these keys whose slot is gone without having done so: killed, or
-- removed. Where another task has the key by now, both will be done. Changes cronmill.task.
-- Executed by: adopt_task, enqueue, enqueue_envelopes, make_tick.
create or replace function cronmill.hold_lost_keys(queue_id integer, unique_keys text[])
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    lost record;
begin
    for lost in
        select t.task_id, t.ctid as place
        from cronmill.task as t
        where t.queue_id = hold_lost_keys.queue_id
            and t.unique_key = any (hold_lost_keys.unique_keys)
            and t.taken_by is not null
            -- Without a key it could not be told that an attempt was not made because its run ended
            -- cleanly.
            and (t.began_at is null or not exists (
                select from cronmill.run as r
                where r.slot_id = t.taken_by and t.began_at between r.started_at and r.ended_at
            ))
            and cronmill.is_abandoned(t.taken_by, coalesce(t.began_at, 'infinity'), null)
            and not exists (
                select from cronmill.task as h
                where h.queue_id = t.queue_id and h.unique_key = t.unique_key and h.taken_by is null
            )
        order by t.unique_key, t.task_id
        for update skip locked
    loop
        begin
            update cronmill.task as t set taken_by = null
            where t.ctid = lost.place and t.task_id = lost.task_id;
        exception
            when unique_violation then
                null;
        end;
    end loop;
end
$function$;
comment on function cronmill.hold_lost_keys(integer, text[])
    is 'Gives unique keys again that slots have given up and lost.';
revoke all on function cronmill.hold_lost_keys(integer, text[]) from public;

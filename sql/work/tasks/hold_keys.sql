-- Gives the unique keys again that a slot has given up for tasks which it did not come to begin.
-- Changes cronmill.task.
-- Executed by: begin_run, end_run.
create or replace function cronmill.hold_keys(queue_id integer, slot_id integer)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
as $function$
declare
    unbegun record;
begin
    select array_agg(u.task_id) as task_ids, array_agg(u.place) as places
    into unbegun
    from (
        select t.task_id, t.ctid as place
        from cronmill.task as t
        where t.queue_id = hold_keys.queue_id
            and t.taken_by = hold_keys.slot_id
            and t.began_at is null
        for update skip locked
    ) as u;
    update cronmill.task as t set taken_by = null where t.ctid = any (unbegun.places);
exception
    when unique_violation or lock_not_available then
        -- One of them cannot have it; which one, is seen one by one.
        for unbegun in
            select t.task_id, t.ctid as place
            from cronmill.task as t
            where t.queue_id = hold_keys.queue_id
                and t.taken_by = hold_keys.slot_id
                and t.began_at is null
            for update skip locked
        loop
            perform cronmill.hold_key(unbegun.task_id, unbegun.place);
        end loop;
end
$function$;
comment on function cronmill.hold_keys(integer, integer)
    is 'Gives unique keys again that a slot has given up for tasks it did not begin.';
revoke all on function cronmill.hold_keys(integer, integer) from public;

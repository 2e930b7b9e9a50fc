-- Takes the charge of an attempt back that was begun alone and not made: stopped by somebody's
-- cancel, or its group was busy, or somebody held it just then. Where that lasts, the task stays
-- begun; begin_attempt does not charge it again. Changes cronmill.task.
-- Executed by: end_run, retry_in_parts; the processor's run-as role.
create or replace function cronmill.give_back(processor_id integer, task_id bigint, place tid)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
-- Another slot that has found it too late to see that it is begun holds it until the end of its
-- claim, or its batch.
set lock_timeout = '1s'
as $function$
declare
    mine record;
begin
    select t.ctid as place, t.attempts into mine
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    where t.ctid = give_back.place
        and t.task_id = give_back.task_id
        and t.began_at is not null
        and p.processor_id = give_back.processor_id
        and p.run_as = session_user
    for update of t;
    if not found then
        return;
    end if;
    perform cronmill.put_back(give_back.task_id, mine.place, mine.attempts - 1, clock_timestamp());
exception
    when lock_not_available then
        null;
end
$function$;
comment on function cronmill.give_back(integer, bigint, tid)
    is 'Takes the charge of an attempt back that somebody''s cancel ended.';
revoke all on function cronmill.give_back(integer, bigint, tid) from public;

-- Whether a task may be begun although it is in a group: if nothing earlier of the group waits or
-- is being done, and no other slot is at work on the group. Takes a lock until the end of the
-- transaction, so that it stays so: a task with a lower number may arrive late, by a commit after
-- this one. Two groups that share a lock wait for each other, which is harmless.
-- Executed by: claim_again, claim_alone, claim_groups, claim_level.
create or replace function cronmill.lock_group(queue_id integer, group_key text, task_id bigint)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return not exists (
            select 1
            from cronmill.task as t
            where t.queue_id = lock_group.queue_id
                and t.group_key = lock_group.group_key
                and t.task_id < lock_group.task_id
        )
        and cronmill.take_lock(
            cronmill.lock_class('group'),
            pg_catalog.hashtext(pg_catalog.concat(lock_group.queue_id, ' ', lock_group.group_key)),
            session_user);
end
$function$;
comment on function cronmill.lock_group(integer, text, bigint)
    is 'Whether a task is the first of its group and the group is free; locks the group.';
revoke all on function cronmill.lock_group(integer, text, bigint) from public;

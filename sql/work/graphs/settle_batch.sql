-- Settles what a slot's transaction has ended of these tasks, see settle: last before the commit.
-- Returns the words of a cancel.
-- Executed by: retry_in_parts, try_batch; the processor's run-as role.
create or replace function cronmill.settle_batch(processor_id integer, task_ids bigint[])
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not exists (
        select
        from cronmill.processor as p
        where p.processor_id = settle_batch.processor_id and p.run_as = session_user
    ) then
        return null;
    end if;
    return cronmill.settle(settle_batch.task_ids);
end
$function$;
comment on function cronmill.settle_batch(integer, bigint[])
    is 'Settles what a slot''s transaction has ended of these tasks.';
revoke all on function cronmill.settle_batch(integer, bigint[]) from public;

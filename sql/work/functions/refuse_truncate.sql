-- Trigger function: TRUNCATE fires no row trigger, so it would leave jobs without their processors; of tasks it would take
-- those along that are being done. Executed by: triggers processor_3_truncate, task_1_truncate, dead_task_1_truncate.
create or replace function cronmill.refuse_truncate()
returns trigger
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_table_name = 'processor' then
        raise exception using
            errcode = 'MC002',
            message = 'processors cannot be truncated',
            detail = 'Their jobs in the cron database would stay.',
            hint = 'delete from cronmill.processor;';
    end if;
    raise exception using
        errcode = 'MC002',
        message = pg_catalog.format('%s cannot be truncated',
            case tg_table_name when 'task' then 'tasks' else 'dead tasks' end),
        detail = 'It would wait for every slot that is at work, hold all of them up, and take the tasks of all queues.',
        hint = case tg_table_name
            when 'task' then 'Waiting tasks are taken out with: cronmill cancel, or select cronmill.cancel(array(select t.task_id from cronmill.task as t where ...)). A queue goes with all of its tasks with: cronmill remove --queue NAME'
            else 'Dead tasks are deleted by age with: cronmill purge --dead AGE, or select cronmill.purge_dead(''queue'', interval ''age''). A queue goes with all of its tasks with: cronmill remove --queue NAME'
        end;
end
$function$;
comment on function cronmill.refuse_truncate() is 'Trigger: refuses TRUNCATE.';
revoke all on function cronmill.refuse_truncate() from public;

-- Trigger function: TRUNCATE fires no row trigger, so it would leave jobs without their processors;
-- of tasks it would take those along that are being done; without its slots, or the row that says
-- what is installed, nothing runs any more.
-- Executed by: triggers installation_1_keep, slot_1_truncate, processor_3_truncate,
-- task_1_truncate, dead_task_1_truncate.
create or replace function cronmill.refuse_truncate()
returns trigger
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    noun constant text := case tg_table_name
        when 'installation' then 'the row of the installation'
        when 'slot' then 'slots'
        when 'processor' then 'processors'
        when 'task' then 'tasks'
        when 'dead_task' then 'dead tasks'
    end;
begin
    raise exception using
        errcode = 'MC002',
        message = format(
            '%s cannot be %s', noun, case tg_op when 'DELETE' then 'deleted' else 'truncated' end),
        detail = case tg_table_name
            when 'installation' then 'Without it nothing runs.'
            when 'slot' then 'Without them nothing runs.'
            when 'processor' then 'Their jobs in the cron database would stay.'
            else 'It would wait for every slot that is at work, hold all of them up, '
                'and take the tasks of all queues.'
        end,
        hint = case tg_table_name
            when 'installation'
                then format(
                    'Cronmill is taken out with: cronmill remove --everything --database %s',
                    cronmill.shell_word(current_database()))
            when 'slot' then 'They go with their processors, taken out with: cronmill remove NAME'
            when 'processor' then 'delete from cronmill.processor;'
            when 'task'
                then 'Waiting tasks are taken out with: cronmill cancel, or select '
                    'cronmill.cancel(array(select t.task_id from cronmill.task as t where ...)). '
                    'A queue goes with all of its tasks with: cronmill remove --queue NAME'
            else 'Dead tasks are deleted by age with: cronmill purge --dead AGE, or select '
                'cronmill.purge_dead(''queue'', interval ''age''). '
                'A queue goes with all of its tasks with: cronmill remove --queue NAME'
        end;
end
$function$;
comment on function cronmill.refuse_truncate()
    is 'Trigger: refuses TRUNCATE, and DELETE of the row of the installation.';
revoke all on function cronmill.refuse_truncate() from public;

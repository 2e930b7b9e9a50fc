-- Triggers of cronmill.task and cronmill.dead_task.
create or replace trigger task_1_truncate
before truncate on cronmill.task
for each statement execute function cronmill.refuse_truncate();
comment on trigger task_1_truncate on cronmill.task is 'Refuses TRUNCATE.';
create or replace trigger dead_task_1_truncate
before truncate on cronmill.dead_task
for each statement execute function cronmill.refuse_truncate();
comment on trigger dead_task_1_truncate on cronmill.dead_task is 'Refuses TRUNCATE.';

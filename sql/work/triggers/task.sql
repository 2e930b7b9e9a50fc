-- Triggers of the tables that tasks are in: cronmill.task, cronmill.dead_task, cronmill.node and
-- cronmill.graph.
create or replace trigger task_1_truncate
before truncate on cronmill.task
for each statement execute function cronmill.refuse_truncate();
comment on trigger task_1_truncate on cronmill.task is 'Refuses TRUNCATE.';
create or replace trigger dead_task_1_truncate
before truncate on cronmill.dead_task
for each statement execute function cronmill.refuse_truncate();
comment on trigger dead_task_1_truncate on cronmill.dead_task is 'Refuses TRUNCATE.';
create or replace trigger graph_1_truncate
before truncate on cronmill.graph
for each statement execute function cronmill.refuse_truncate();
comment on trigger graph_1_truncate on cronmill.graph is 'Refuses TRUNCATE.';
create or replace trigger node_1_truncate
before truncate on cronmill.node
for each statement execute function cronmill.refuse_truncate();
comment on trigger node_1_truncate on cronmill.node is 'Refuses TRUNCATE.';

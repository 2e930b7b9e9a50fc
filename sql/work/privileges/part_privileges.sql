-- What producers, operators and monitors may do in this database: the one list. Routines go by
-- name, so that one with other arguments is the same line; a name that does not exist (yet) is
-- passed over. Columns are those named, or all. An operator is a monitor, too. No monitor reads
-- payloads, keys or the details of errors, which can quote data; no operator changes what a handler
-- is, finds or runs as.
-- Executed by: wanted_privileges.
create or replace function cronmill.part_privileges()
returns table (part text, privilege text, object text, columns text[])
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select p.part, p.privilege, p.object, p.columns::text[]
    from (values
        ('producer', 'execute', 'enqueue', null),
        ('producer', 'execute', 'enqueue_many', null),
        ('producer', 'execute', 'enqueue_envelopes', null),
        ('producer', 'execute', 'enqueue_graph', null),
        ('producer', 'execute', 'extend_graph', null),
        ('producer', 'execute', 'producer_queue_id', null),
        ('producer', 'execute', 'set_recurring', null),
        ('producer', 'execute', 'switch_recurring', null),
        ('producer', 'execute', 'run_recurring', null),
        ('producer', 'execute', 'remove_recurring', null),
        ('monitor', 'select', 'processor_status', null),
        ('monitor', 'execute', 'waiting_tasks', null),
        ('monitor', 'execute', 'dead_tasks', null),
        ('monitor', 'execute', 'last_failure', null),
        ('monitor', 'execute', 'held_nodes', null),
        ('monitor', 'execute', 'unfired_template', null),
        ('monitor', 'execute', 'handler_fault', null),
        ('monitor', 'execute', 'copy_difference', null),
        ('monitor', 'select', 'processor', null),
        ('monitor', 'select', 'queue', null),
        ('monitor', 'select', 'slot', null),
        ('monitor', 'select', 'run', null),
        ('monitor', 'select', 'task',
            '{task_id,queue_id,priority,attempts,run_at,enqueued_at,began_at,taken_by,timeout,'
            'max_attempts,failed_at,error_sqlstate,error_message,tags,graph_id}'),
        ('monitor', 'select', 'dead_task',
            '{task_id,queue_id,priority,attempts,run_at,enqueued_at,timeout,max_attempts,'
            'failed_at,error_sqlstate,error_message,tags}'),
        ('monitor', 'select', 'done_task',
            '{task_id,queue_id,priority,attempts,run_at,enqueued_at,finished_at,tags}'),
        ('monitor', 'select', 'failed_attempt', null),
        ('monitor', 'execute', 'find_tasks', null),
        ('monitor', 'execute', 'check_tags', null),
        ('monitor', 'execute', 'tag_keys', null),
        ('monitor', 'execute', 'assert_searchable', null),
        ('monitor', 'execute', 'queue_id', null),
        ('monitor', 'execute', 'task_state', null),
        ('monitor', 'execute', 'task_columns', null),
        ('monitor', 'execute', 'task_condition', null),
        ('monitor', 'execute', 'task_walk', null),
        ('monitor', 'execute', 'task_search', null),
        ('monitor', 'select', 'graph', null),
        ('monitor', 'select', 'node',
            '{task_id,graph_id,queue_id,ref,join_kind,missing,met,has_canceled,state,is_settled,'
            'is_left,has_died,priority,run_at,timeout,max_attempts,ready_at,ended_at}'),
        ('monitor', 'select', 'edge', '{parent_id,child_id,wanted}'),
        ('operator', 'select', 'node', null),
        ('operator', 'select', 'edge', null),
        ('monitor', 'execute', 'next_tick', null),
        ('monitor', 'select', 'recurring',
            '{recurring_id,name,queue_id,schedule,zone,enabled,catch_up,catch_up_within,overlap,'
            'defined_by,next_at,last_at,last_task_id,last_graph_id,error,created_at,'
            'changed_at}'),
        ('operator', 'select', 'recurring', null),
        ('operator', 'execute', 'switch_recurring', null),
        ('operator', 'execute', 'run_recurring', null),
        ('operator', 'execute', 'remove_recurring', null),
        ('operator', 'select', 'task', null),
        ('operator', 'select', 'dead_task', null),
        ('operator', 'select', 'done_task', null),
        ('operator', 'update', 'processor',
            '{enabled,paused,paused_for,slots,schedule,linger,timeout,max_attempts,backoff_base,'
            'backoff_cap,poll_interval,alone,sleep_after,keep_done,keep_dead,keep_attempts,'
            'result_limit,over_limit,refresh_after}'),
        ('operator', 'execute', 'cancel', null),
        ('operator', 'execute', 'cancel_tasks', null),
        ('operator', 'execute', 'cancel_graph', null),
        ('operator', 'execute', 'redrive', null),
        ('operator', 'execute', 'purge_dead', null),
        ('operator', 'execute', 'purge_done', null),
        ('operator', 'execute', 'prune_tasks', null)
    ) as p (part, privilege, object, columns);
end;
comment on function cronmill.part_privileges()
    is 'What producers, operators and monitors may do here.';
revoke all on function cronmill.part_privileges() from public;

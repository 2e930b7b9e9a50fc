-- What setup installs in a work database, in this order. Files of tables/ are run once; the others
-- can be run again. Of linked/ and direct/ one is used: linked/ where the registry is in another
-- database. The server, the user mapping and the row of cronmill.installation are made by setup
-- (templates/). Functions that set jit to off read catalogs and reports: compiling that takes
-- longer than running it.

-- Tables
\ir tables/schema.sql
\ir tables/installation.sql
\ir tables/queue.sql
\ir tables/turn.sql
\ir tables/grantee.sql
\ir tables/privilege.sql
\ir tables/task.sql
\ir tables/dead_task.sql
\ir tables/done_task.sql
\ir tables/processor.sql
\ir tables/slot.sql
\ir tables/run.sql
\ir tables/push.sql
\ir tables/types.sql
\ir tables/engine_types.sql
\ir tables/position.sql
\ir tables/adoption.sql
\ir tables/adopted_job.sql

-- Locks
\ir locks/lock_class.sql
\ir locks/is_held.sql
\ir locks/is_at_work.sql
\ir locks/take_lock.sql
\ir locks/take_turn.sql

-- Processors
\ir processors/stamp.sql
\ir processors/copy_difference.sql
\ir processors/assert_original.sql
\ir processors/run_end.sql
\ir processors/shell_word.sql
\ir processors/assert_own_doing.sql
\ir processors/function_fault.sql
\ir processors/handler_fault.sql
\ir processors/check_processor.sql
\ir processors/sync_processor.sql
\ir processors/refuse_truncate.sql
\ir processors/one_at_a_time.sql

-- Tasks
\ir tasks/queue_id.sql
\ir tasks/producer_queue_id.sql
\ir tasks/within_time.sql
\ir tasks/check_task.sql
\ir tasks/hold_key.sql
\ir tasks/hold_keys.sql
\ir tasks/hold_lost_keys.sql
\ir tasks/enqueue.sql
\ir tasks/enqueue_many.sql
\ir tasks/read_envelope.sql
\ir tasks/enqueue_envelopes.sql
\ir tasks/read_json.sql
\ir tasks/adopt_task.sql
\ir tasks/prune_tasks.sql
\ir tasks/tidy.sql
\ir tasks/cancel.sql
\ir tasks/redrive.sql
\ir tasks/age_limit.sql
\ir tasks/purge_dead.sql
\ir tasks/purge_done.sql
\ir tasks/waiting_tasks.sql
\ir tasks/last_failure.sql

-- Outcomes
\ir outcomes/done.sql
\ir outcomes/snooze.sql
\ir outcomes/dead.sql
\ir outcomes/assert_done.sql
\ir outcomes/raise_snooze.sql
\ir outcomes/raise_dead.sql

-- Engine
\ir engine/is_abandoned.sql
\ir engine/forget_runs.sql
\ir engine/begin_run.sql
\ir engine/publish.sql
\ir engine/hold_deadline.sql
\ir engine/forget.sql
\ir engine/renew.sql
\ir engine/has_immediate_constraints.sql
\ir engine/retry_at.sql
\ir engine/bury.sql
\ir engine/tally.sql
\ir engine/is_own_cancel.sql
\ir engine/put_back.sql
\ir engine/lock_group.sql
\ir engine/begin_attempt.sql
\ir engine/claim_alone.sql
\ir engine/claim_groups.sql
\ir engine/next_scan.sql
\ir engine/claim_level.sql
\ir engine/claim_suspects.sql
\ir engine/give_up_keys.sql
\ir engine/tally_waits.sql
\ir engine/take_batch.sql
\ir engine/claim.sql
\ir engine/claim_again.sql
\ir engine/give_back.sql
\ir engine/finish.sql
\ir engine/fail.sql
\ir engine/next_batch_size.sql
\ir engine/note_progress.sql
\ir engine/end_run.sql
\ir engine/try_batch.sql
\ir engine/try_part.sql
\ir engine/count_part.sql
\ir engine/try_parts.sql
\ir engine/retry_in_parts.sql
\ir engine/wait_for_tasks.sql
\ir engine/close_run.sql
\ir engine/run.sql

-- Queries
\ir queries/query_task.sql
\ir queries/fits_type.sql
\ir queries/hold_query.sql
\ir queries/check_query.sql
\ir queries/view_query.sql
\ir queries/read_query.sql
\ir queries/query_result.sql
\ir queries/cache_table.sql
\ir queries/metadata_table.sql
\ir queries/cache_type.sql
\ir queries/is_cached.sql
\ir queries/note_query.sql
\ir queries/query_datatype.sql
\ir queries/make_cache.sql
\ir queries/cache_query.sql
\ir queries/try_query.sql
\ir queries/cache_tables.sql
\ir queries/grant_query.sql
\ir queries/revoke_query.sql

-- Registry
\ir registry/backlog.sql
\ir registry/begin_push.sql
\ir registry/tell_registry.sql
\ir registry/note_silence.sql
\ir registry/push.sql

-- Privileges
\ir privileges/run_as_routines.sql
\ir privileges/grant_run_as.sql
\ir privileges/revoke_run_as.sql
\ir privileges/part_privileges.sql
\ir privileges/privilege_target.sql
\ir privileges/set_privilege.sql
\ir privileges/wanted_privileges.sql
\ir privileges/granted_privileges.sql
\ir privileges/renew_privileges.sql
\ir privileges/grant_part.sql
\ir privileges/revoke_part.sql

-- Triggers
\ir triggers/installation.sql
\ir triggers/processor.sql
\ir triggers/task.sql

-- Views
\ir views/processor_status.sql

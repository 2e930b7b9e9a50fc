-- What setup installs in a work database, in this order. Files of tables/ are run once; the others can be
-- run again. Of linked/ and direct/ one is used: linked/ where the registry is in another database.
-- The server, the user mapping and the row of cronmill.installation are made by setup (templates/).
\ir tables/schema.sql
\ir tables/installation.sql
\ir tables/queue.sql
\ir tables/task.sql
\ir tables/dead_task.sql
\ir tables/processor.sql
\ir tables/slot.sql
\ir tables/run.sql
\ir tables/types.sql
\ir functions/stamp.sql
\ir functions/assert_original.sql
\ir functions/run_end.sql
\ir functions/shell_word.sql
\ir functions/queue_id.sql
\ir functions/enqueue.sql
\ir functions/enqueue_many.sql
\ir functions/slot_lock_class.sql
\ir functions/begin_run.sql
\ir functions/publish.sql
\ir functions/claim.sql
\ir functions/claim_again.sql
\ir functions/finish.sql
\ir functions/fail.sql
\ir functions/next_batch_size.sql
\ir functions/note_progress.sql
\ir functions/end_run.sql
\ir functions/run_as_routines.sql
\ir functions/grant_run_as.sql
\ir functions/check_processor.sql
\ir functions/sync_processor.sql
\ir functions/refuse_truncate.sql
\ir triggers/processor.sql
\ir views/processor_status.sql
\ir functions/digest.sql

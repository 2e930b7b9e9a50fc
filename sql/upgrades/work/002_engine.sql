-- The engine that was generated into each processor's procedure is the same for all of them now
-- (sql/work/engine/).
alter type cronmill.run_start
    add attribute label text,
    add attribute handler_call text,
    add attribute takes_ids boolean,
    add attribute takes_batch boolean;
alter type cronmill.claim
    add attribute is_locked boolean,
    add attribute in_parts boolean,
    add attribute end_reason text,
    add attribute cancel_message text;
create type cronmill.part as (
    ended text,
    error cronmill.task_error,
    failing bigint,
    end_reason text,
    cancel_message text
);
comment on type cronmill.part is 'What became of some tasks that were done in one subtransaction.';
comment on schema cronmill_processor
    is 'Cronmill: what is generated for processors, named for them.';
comment on column cronmill.processor.processor_id is 'Key.';

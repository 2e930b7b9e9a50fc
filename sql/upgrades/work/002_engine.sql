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
create type cronmill.level_claim as (
    total integer,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    ready_at timestamptz[],
    special bigint,
    mark_at timestamptz,
    mark_id bigint,
    goes_on boolean
);
comment on type cronmill.level_claim is
    'Tasks of one priority that were locked; and from where the next claim goes on.';
create type cronmill.scan as (
    ready_at timestamptz[],
    special bigint,
    levels bigint,
    from_at timestamptz[],
    from_id bigint[]
);
comment on type cronmill.scan is
    'What a claim knows of the tasks it has locked, besides the batch.';
create type cronmill.part as (
    ended text,
    error cronmill.task_error,
    failing bigint,
    end_reason text,
    cancel_message text
);
comment on type cronmill.part is 'What became of some tasks that were done in one subtransaction.';
create type cronmill.parts as (
    counters cronmill.counters,
    failures bigint,
    suspects bigint[],
    left_ids bigint[],
    left_places tid[],
    charged_ids bigint[],
    charged_places tid[],
    charged_errors cronmill.task_error[],
    end_reason text,
    cancel_message text
);
comment on type cronmill.parts is 'What became of the parts of a transaction, and what is left.';
comment on schema cronmill_processor
    is 'Cronmill: what is generated for processors, named for them.';
comment on column cronmill.processor.processor_id is 'Key.';

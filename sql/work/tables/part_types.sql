-- The times are of the attempt, where failed attempts are kept.
create type cronmill.task_error as (
    sqlstate text,
    message text,
    detail text,
    hint text,
    context text,
    began_at timestamptz,
    ended_at timestamptz
);
comment on type cronmill.task_error is 'With what a task failed.';
-- With what a part of a batch failed; or why the run ends.
create type cronmill.judged_error as (
    error cronmill.task_error,
    end_reason text,
    cancel_message text
);
comment on type cronmill.judged_error is 'With what a part failed, or why the run ends.';
create type cronmill.counters as (
    done bigint,
    failed bigint,
    dead bigint,
    waited bigint[],
    worked bigint[],
    alone bigint
);
comment on type cronmill.counters is 'What a run has done so far, see cronmill.run.';
-- What became of the parts of a transaction: how many failures there were; all that were ever set
-- aside (suspects); what is left to be done, those first that were set aside; what is to be
-- charged, with what error; why the run ends; of how many tasks the batch was, and how many the
-- next part has.
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
    cancel_message text,
    total integer,
    part_size integer
);
comment on type cronmill.parts is 'What became of the parts of a transaction, and what is left.';

-- What processors last told the registry of themselves, and when they do so again. Written by the
-- slots, in transactions of their own.
create table cronmill.push (
    processor_id integer not null,
    next_at timestamptz not null default '-infinity',
    pushed_at timestamptz,
    failures integer not null default 0,
    error text,
    constraint push_pkey primary key (processor_id),
    constraint push_of_a_processor foreign key (processor_id)
        references cronmill.processor (processor_id) on delete cascade
) with (fillfactor = 50);
comment on table cronmill.push is 'When processors last told the registry how they are.';
comment on column cronmill.push.processor_id is 'The processor.';
comment on column cronmill.push.next_at is 'Not again before this time.';
comment on column cronmill.push.pushed_at is 'When the registry was last told.';
comment on column cronmill.push.failures is 'Attempts since then.';
comment on column cronmill.push.error is 'Why the last attempt failed.';

-- Counts the calls of handlers within a batch: what a sequence has given out is not taken back by a
-- rollback, so it tells which task of a batch failed. Each session draws from a range of its own,
-- so its numbers follow one another.
create sequence cronmill.position cache 1000000 cycle;
comment on sequence cronmill.position
    is 'Counts the calls of handlers within a batch, to tell which one failed.';
-- To everybody: a handler may have set another role when the next task of its batch is counted.
grant usage on sequence cronmill.position to public;

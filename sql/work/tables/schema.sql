-- Schemas of a work database: ours, and one for generated routines alone, so that no processor's
-- name can clash with an object of ours.
create schema cronmill;
comment on schema cronmill
    is 'Cronmill: queues, tasks, processors and the functions that work them off.';
create schema cronmill_processor;
comment on schema cronmill_processor
    is 'Cronmill: what is generated for processors, named for them.';

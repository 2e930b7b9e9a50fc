-- Schemas of a work database: ours, and one for generated procedures alone, so that no processor's
-- name can clash with an object of ours.
create schema cronmill;
comment on schema cronmill is 'Cronmill: queues, tasks, processors and the functions that work them off.';
create schema cronmill_processor;
comment on schema cronmill_processor is 'Cronmill: the generated procedures, one per processor, named for it.';

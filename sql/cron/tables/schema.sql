-- The registry's schema in the cron database.
create schema cronmill_cron;
comment on schema cronmill_cron
    is 'Cronmill: the registry of work databases, processors and their pg_cron jobs.';

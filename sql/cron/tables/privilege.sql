-- A privilege that a role has or has to have: as what (its part, null if it just has it), what it
-- is called in GRANT, and what it is made of.
create type cronmill_cron.privilege as (
    role_name text,
    part text,
    target text,
    privilege text,
    column_name text,
    namespace regnamespace,
    relation regclass,
    routine regprocedure
);
comment on type cronmill_cron.privilege
    is 'A privilege of a role on one schema, relation, column or routine.';

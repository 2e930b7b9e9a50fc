-- The registry as this database's link role sees it: its own rows. Writes go by insert only; the
-- view on the other side takes them as orders.
create foreign table cronmill.registry (
    name text not null,
    enabled boolean not null,
    slots integer not null,
    schedule text not null,
    linger text not null,
    run_as text not null,
    removed boolean not null,
    warning text
)
server cronmill
options (schema_name 'cronmill_cron', table_name 'link');
comment on foreign table cronmill.registry
    is 'The registry in the cron database, as far as it concerns this database.';
comment on column cronmill.registry.name is 'Processor.';
comment on column cronmill.registry.enabled is 'Wanted: its jobs are active.';
comment on column cronmill.registry.slots is 'Number of jobs.';
comment on column cronmill.registry.schedule is 'Schedule of its jobs.';
comment on column cronmill.registry.linger is 'Length of a run.';
comment on column cronmill.registry.run_as is 'Role its jobs belong to.';
comment on column cronmill.registry.removed is 'Written true to remove the processor.';
comment on column cronmill.registry.warning is 'Returned by an insert: what the registry warns of.';

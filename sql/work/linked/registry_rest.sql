-- Where runs tell the registry that their processor falls asleep, gives way, or is awake; the view
-- on the other side takes an insert as their word.
create foreign table cronmill.registry_rest (
    name text not null,
    state text,
    heard text,
    next_at timestamptz,
    slot_ids integer[],
    had_tasks boolean,
    wanted_slots integer
)
server cronmill
options (schema_name 'cronmill_cron', table_name 'link_rest');
comment on foreign table cronmill.registry_rest
    is 'What the registry is told of the sleep of processors; written only.';
comment on column cronmill.registry_rest.name is 'Processor.';
comment on column cronmill.registry_rest.state is 'asleep, wanted (it gives way) or awake.';
comment on column cronmill.registry_rest.heard is 'The ring that it heard last.';
comment on column cronmill.registry_rest.next_at is 'When it has to be woken without a ring.';
comment on column cronmill.registry_rest.slot_ids is 'Keys of its slots'' advisory locks.';
comment on column cronmill.registry_rest.had_tasks is 'Whether the run had tasks.';
comment on column cronmill.registry_rest.wanted_slots
    is 'How many slots would have tasks; null: no more than have.';

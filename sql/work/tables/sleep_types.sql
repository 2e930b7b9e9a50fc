-- What a run of a processor that sleeps has in mind besides its tasks: since when there are none;
-- when it looks again whether others wait, and whether they do, or want its place; when it tells
-- the registry that it is awake, and whether it has; when it tries to fall asleep again; since when
-- there has been a task at each look, and whether it has asked for more slots since.
create type cronmill.vigil as (
    idle_since timestamptz,
    look_at timestamptz,
    others_wait boolean,
    must_yield boolean,
    confirm_at timestamptz,
    is_confirmed boolean,
    retry_at timestamptz,
    busy_since timestamptz,
    has_asked boolean
);
comment on type cronmill.vigil is 'What a run of a processor that sleeps has in mind.';
create type cronmill.rest as (
    state text,
    heard text,
    next_at timestamptz,
    slot_ids integer[],
    had_tasks boolean,
    wanted_slots integer
);
comment on type cronmill.rest
    is 'What the registry is told of a processor that falls asleep, gives way, or is awake.';

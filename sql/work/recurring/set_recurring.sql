-- Makes a recurring template, or changes it to what is said here; says whether it was made, changed
-- or unchanged, and its next tick. A change counts from now on: what was due before and has not
-- been fired is not made up for. Enabled is null for "as it is": a new one is. Who may enqueue to
-- the queue may; a producer has to be one for as long as it fires. Who may do so as a member of the
-- owner may name another. Changes cronmill.recurring.
-- Executed by: producers.
create or replace function cronmill.set_recurring(
    name text, queue text, schedule text, template jsonb, zone text default 'UTC',
    catch_up text default 'one', catch_up_within interval default interval '1 day',
    overlap text default 'allow', enabled boolean default null, defined_by text default null,
    out result text, out next_at timestamptz
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    is_owner constant boolean := pg_catalog.pg_has_role(session_user, current_user, 'member');
    is_new boolean := false;
    known cronmill.recurring;
    wanted cronmill.recurring;
    warning text;
begin
    wanted.queue_id := cronmill.producer_queue_id(set_recurring.queue);
    perform cronmill.assert_own_doing();
    wanted.zone := cronmill.check_recurring(
        set_recurring.name, set_recurring.schedule, set_recurring.zone, set_recurring.template,
        set_recurring.catch_up, set_recurring.catch_up_within, set_recurring.overlap);
    wanted.name := set_recurring.name;
    wanted.schedule := array_to_string(cronmill.schedule_fields(set_recurring.schedule), ' ');
    wanted.template := case
        when set_recurring.template ? 'graph' then set_recurring.template
        else jsonb_strip_nulls(set_recurring.template - 'payload')
            || jsonb_build_object('payload', set_recurring.template -> 'payload')
    end;
    wanted.catch_up := set_recurring.catch_up;
    wanted.catch_up_within := set_recurring.catch_up_within;
    wanted.overlap := set_recurring.overlap;
    wanted.defined_by := case when is_owner then set_recurring.defined_by else session_user end;
    select r.* into known from cronmill.recurring as r where r.name = wanted.name for update;
    if not found then
        -- Two may make it at once.
        insert into cronmill.recurring (name, queue_id, schedule, template, enabled)
        values (wanted.name, wanted.queue_id, wanted.schedule, wanted.template, false)
        on conflict on constraint recurring_name_is_unique do nothing;
        is_new := found;
        select r.* into strict known
        from cronmill.recurring as r
        where r.name = wanted.name
        for update;
    end if;
    if known.queue_id <> wanted.queue_id then
        raise exception using
            errcode = 'MC002',
            message = pg_catalog.format(
                'recurring template "%s" puts its tasks into another queue', wanted.name),
            hint = 'Choose another name, or remove it first.';
    end if;
    wanted.enabled := coalesce(
        set_recurring.enabled, is_new or known.enabled or known.error is not null);
    -- Who says the same again is not its author for that, unless the author cannot be it any more.
    if not is_new
        and (known.schedule, known.zone, known.template, known.enabled, known.catch_up,
            known.catch_up_within, known.overlap)
        = (wanted.schedule, wanted.zone, wanted.template, wanted.enabled, wanted.catch_up,
            wanted.catch_up_within, wanted.overlap)
        and (case
            when known.defined_by is null then set_recurring.defined_by is null
            else known.defined_by = coalesce(set_recurring.defined_by, known.defined_by)
                and cronmill.is_producer(known.defined_by, known.queue_id)
        end)
    then
        result := 'unchanged';
        next_at := known.next_at;
        return;
    end if;
    next_at := cronmill.next_tick(
        wanted.schedule, wanted.zone, greatest(clock_timestamp(), known.last_at));
    if next_at is null then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('schedule %s never comes', wanted.schedule);
    end if;
    perform cronmill.try_template(wanted);
    update cronmill.recurring as r
    set
        schedule = wanted.schedule, zone = wanted.zone, template = wanted.template,
        enabled = wanted.enabled, catch_up = wanted.catch_up,
        catch_up_within = wanted.catch_up_within, overlap = wanted.overlap,
        defined_by = wanted.defined_by, error = null, changed_at = clock_timestamp(),
        next_at = case when wanted.enabled then set_recurring.next_at end
    where r.recurring_id = known.recurring_id
    returning r.* into known;
    result := case when is_new then 'made' else 'changed' end;
    next_at := known.next_at;
    if known.enabled then
        perform cronmill.wake(known.queue_id);
        warning := cronmill.recurring_warning(known);
        if warning is not null then
            raise warning '%', warning;
        end if;
    end if;
end
$function$;
comment on function cronmill.set_recurring(
    text, text, text, jsonb, text, text, interval, text, boolean, text)
    is 'Makes a recurring template or changes it; says made, changed or unchanged, '
        'and its next tick.';
revoke all on function cronmill.set_recurring(
    text, text, text, jsonb, text, text, interval, text, boolean, text) from public;

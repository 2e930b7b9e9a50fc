-- Enables or disables recurring templates; false for one that is so already. One that is enabled
-- begins with its next tick: what passed meanwhile is not made up for. Changes cronmill.recurring.
-- Executed by: producers and operators.
create or replace function cronmill.switch_recurring(name text, enabled boolean)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    template cronmill.recurring := cronmill.own_recurring(switch_recurring.name);
    warning text;
begin
    if switch_recurring.enabled is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a recurring template is enabled or not: enabled is null';
    end if;
    if template.enabled = switch_recurring.enabled then
        return false;
    end if;
    update cronmill.recurring as r
    set
        enabled = switch_recurring.enabled, error = null, changed_at = clock_timestamp(),
        next_at = case when switch_recurring.enabled then cronmill.next_tick(
            r.schedule, r.zone, greatest(clock_timestamp(), r.last_at)) end
    where r.recurring_id = template.recurring_id
    returning r.* into template;
    if template.enabled then
        perform cronmill.wake(template.queue_id);
        warning := cronmill.recurring_warning(template);
        if warning is not null then
            raise warning '%', warning;
        end if;
    end if;
    return true;
end
$function$;
comment on function cronmill.switch_recurring(text, boolean)
    is 'Enables or disables a recurring template; false if it is so already.';
revoke all on function cronmill.switch_recurring(text, boolean) from public;

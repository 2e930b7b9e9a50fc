-- Makes a task or a graph of a template and takes it back: what would be refused at each tick is
-- refused now. It costs numbers.
-- Executed by: set_recurring.
create or replace function cronmill.try_template(template cronmill.recurring)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    tried cronmill.recurring := try_template.template;
begin
    -- Without the key it waits for nobody who has it; the envelope was read with it.
    if not tried.template ? 'graph' then
        perform cronmill.read_envelope(tried.template, null::cronmill.task_settings);
        tried.template := tried.template - 'unique_key';
    end if;
    tried.overlap := 'allow';
    perform cronmill.fire_tick(tried, clock_timestamp());
    raise exception using errcode = 'MC000';
exception
    when sqlstate 'MC000' then
        return;
end
$function$;
comment on function cronmill.try_template(cronmill.recurring)
    is 'Makes a task of a template and takes it back.';
revoke all on function cronmill.try_template(cronmill.recurring) from public;

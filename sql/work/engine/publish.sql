-- Shows in pg_stat_activity which slot this backend works for and until when its present work may
-- take; the housekeeper in the cron database, which sees no uncommitted row, reads it there
-- (docs/engine.md, Deadlines).
-- Executed by: push, renew, try_batch, try_to_tell; the processor's run-as role.
create or replace function cronmill.publish(run cronmill.run_start, deadline timestamptz)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- PL/pgSQL keeps its plan for the session; a function in SQL would be planned at every call.
    perform pg_catalog.set_config(
        'application_name',
        (publish.run).label
            || coalesce(' until ' || extract(epoch from publish.deadline)::text, ''),
        false
    );
end
$function$;
comment on function cronmill.publish(cronmill.run_start, timestamptz)
    is 'Publishes slot, start number and deadline as the application_name.';
revoke all on function cronmill.publish(cronmill.run_start, timestamptz) from public;

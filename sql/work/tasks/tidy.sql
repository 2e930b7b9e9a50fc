-- Does so about once an hour for all processors of this database, also those that do not run, a
-- thousand rows of each at a time. Changes cronmill.installation, and what prune_tasks does.
-- Executed by: push; the run-as role of any processor.
create or replace function cronmill.tidy(processor_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not exists (
        select
        from cronmill.processor as p
        where p.processor_id = tidy.processor_id and p.run_as = session_user
    ) then
        return;
    end if;
    perform from cronmill.installation as i
    where i.tidied_at < clock_timestamp() - interval '1 hour'
    for update skip locked;
    if not found then
        return;
    end if;
    if (
        select coalesce(max(greatest(g.done_tasks, g.dead_tasks, g.runs)), 0) < 1000
        from cronmill.prune_tasks(1000) as g
    ) then
        update cronmill.installation as i set tidied_at = clock_timestamp();
    end if;
end
$function$;
comment on function cronmill.tidy(integer)
    is 'Removes, once an hour, what has been kept long enough.';
revoke all on function cronmill.tidy(integer) from public;

-- The key of a queue by its name. Raises MC001 with the names there are.
-- Executed by: assert_producer, cancel_tasks, find_tasks, grant_part, purge_dead, purge_done,
-- redrive; monitors, through find_tasks.
create or replace function cronmill.queue_id(queue text)
returns integer
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_id integer;
begin
    select q.queue_id into found_id from cronmill.queue as q where q.name = queue_id.queue;
    if found_id is null then
        raise exception using
            errcode = 'MC001',
            message = pg_catalog.format(
                'queue "%s" does not exist in database "%s"',
                queue_id.queue, pg_catalog.current_database()),
            hint = pg_catalog.format(
                'Make it with: cronmill setup --database %s --queue %s --handler SCHEMA.FUNCTION',
                cronmill.shell_word(pg_catalog.current_database()),
                cronmill.shell_word(queue_id.queue));
    end if;
    return found_id;
end
$function$;
comment on function cronmill.queue_id(text) is 'Key of a queue by name; MC001 if there is none.';
revoke all on function cronmill.queue_id(text) from public;

-- Refuses a search of payloads by who may not read them, without a queue, and without the index
-- that configure --search-payload makes: it would read the whole table.
-- Executed by: find_tasks, purge_done; monitors, through find_tasks.
create or replace function cronmill.assert_searchable(
    queue text, table_name text, sees_payloads boolean
)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- Whose rights its caller has: also that of SET ROLE.
    asker constant text := coalesce(
        nullif(pg_catalog.current_setting('role', true), 'none'), session_user);
begin
    if assert_searchable.sees_payloads is not true then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format('role "%s" may not search payloads', asker),
            detail = 'Who may not read them could find out by searching what is in them.',
            hint = pg_catalog.format(
                'Tags it may search; operators may search both: '
                'cronmill grant operator %s --database %s',
                cronmill.shell_word(asker),
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
    if assert_searchable.queue is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a search of payloads is of one queue',
            hint = 'Each queue has an index of its own for it: name the queue.';
    end if;
    if not exists (
        select
        from cronmill.queue as q
        join pg_catalog.pg_class as c
            on c.relname = pg_catalog.format(
                '%s_payload_%s', assert_searchable.table_name, q.queue_id)
            and c.relnamespace = 'cronmill'::regnamespace
        join pg_catalog.pg_index as i on i.indexrelid = c.oid
        where q.name = assert_searchable.queue and i.indisvalid
    ) then
        raise exception using
            errcode = 'MC025',
            message = pg_catalog.format(
                'payloads of queue "%s" have no index to be searched by', assert_searchable.queue),
            detail = 'Without one the whole table would be read.',
            hint = pg_catalog.format(
                'Make it: cronmill configure %s --search-payload --database %s',
                cronmill.shell_word(coalesce(
                    (
                        select p.name
                        from cronmill.processor as p
                        join cronmill.queue as q on q.queue_id = p.queue_id
                        where q.name = assert_searchable.queue
                    ), assert_searchable.queue)),
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
end
$function$;
comment on function cronmill.assert_searchable(text, text, boolean)
    is 'Refuses a search of payloads that is not allowed, or would read the whole table.';
revoke all on function cronmill.assert_searchable(text, text, boolean) from public;

-- The indexes of tags hold only tasks that have some. Here, not with the tables, because they are
-- made of a function. Looked for first: create index if not exists locks the table in either case.
-- No list of pending entries (fastupdate): a producer would have to sort it in now and then, and
-- every search would read it.
do $$
declare
    place text;
begin
    foreach place in array array['task', 'dead_task', 'done_task'] loop
        if pg_catalog.to_regclass('cronmill.' || place || '_tags') is null then
            execute pg_catalog.format(
                'create index %I on cronmill.%I using gin (cronmill.tag_keys(tags)) '
                    'with (fastupdate = off) where tags is not null',
                place || '_tags', place);
            execute pg_catalog.format(
                'comment on index cronmill.%I is %L',
                place || '_tags', 'Tasks by their tags, of each a hash of 16 bits.');
        end if;
    end loop;
end $$;

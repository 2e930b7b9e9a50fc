-- The indexes of tags hold only tasks that have some. What they hold of a tag is a number of 16
-- bits, because GIN never drops a key that it has seen: with tags like order:4711, each used once,
-- an index of the texts would grow for ever. Whoever searches compares the texts besides
-- (find_tasks, which has the same expression). No list of pending entries (fastupdate): a producer
-- would have to sort it in now and then, and every search would read it.
do $$
declare
    tag_keys constant text := (
        select 'array_remove(array['
            || string_agg(format('hashtext(tags[%s]) & 65535', n), ', ' order by n) || '], null)'
        from generate_series(1, 32) as n
    );
    place text;
begin
    foreach place in array array['task', 'dead_task', 'done_task'] loop
        execute format(
            'create index %I on cronmill.%I using gin ((%s)) with (fastupdate = off) '
                'where tags is not null',
            place || '_tags', place, tag_keys);
        execute format(
            'comment on index cronmill.%I is %L',
            place || '_tags', 'Tasks by their tags, of each a hash of 16 bits.');
    end loop;
end $$;

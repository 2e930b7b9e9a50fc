-- What the indexes of tags hold of them: of each a number of 16 bits, because GIN never drops a key
-- that it has seen: with tags like order:4711, each used once, an index of the texts would grow for
-- ever. Whoever searches compares the texts besides. Not in SQL: that would become part of the
-- indexes, and every insert copies the expressions of a table's indexes.
-- Executed by: find_tasks, indexes; monitors, through find_tasks.
create or replace function cronmill.tag_keys(tags text[])
returns integer[]
language plpgsql immutable strict parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select array_agg(hashtext(t.tag) & 65535) from unnest(tag_keys.tags) as t (tag)
    );
end
$function$;
comment on function cronmill.tag_keys(text[]) is 'Of each tag a hash of 16 bits, for the indexes.';
revoke all on function cronmill.tag_keys(text[]) from public;

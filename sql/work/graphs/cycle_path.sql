-- One circle among nodes that could not be sorted, as "a -> b -> a"; of a long one the beginning.
-- Executed by: add_nodes.
create or replace function cronmill.cycle_path(
    refs text[], parents integer[], children integer[], sorted integer[]
)
returns text
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    -- Of each node in question, one it waits for that is, too: going back so ends in the circle.
    known_parents integer[] := array_fill(null::integer, array[cardinality(cycle_path.refs)]);
    is_sorted boolean[] := array_fill(false, array[cardinality(cycle_path.refs)]);
    seen_at integer[] := known_parents;
    path integer[] := array[]::integer[];
    current integer;
    names text[];
begin
    for place in 1 .. cardinality(cycle_path.sorted) loop
        is_sorted[cycle_path.sorted[place]] := true;
    end loop;
    for place in 1 .. cardinality(cycle_path.parents) loop
        if not is_sorted[cycle_path.parents[place]] and not is_sorted[cycle_path.children[place]]
        then
            known_parents[cycle_path.children[place]] := cycle_path.parents[place];
            current := cycle_path.children[place];
        end if;
    end loop;
    while seen_at[current] is null loop
        path := path || current;
        seen_at[current] := cardinality(path);
        current := known_parents[current];
    end loop;
    -- Backwards, and closed.
    select array_agg(cycle_path.refs[p.node] order by p.position desc)
    into names
    from unnest(path || current) with ordinality as p (node, position)
    where p.position >= seen_at[current];
    if cardinality(names) > 20 then
        names := names[: 10] || '...'::text || names[cardinality(names) :];
    end if;
    return array_to_string(names, ' -> ');
end
$function$;
comment on function cronmill.cycle_path(text[], integer[], integer[], integer[])
    is 'One circle among nodes that could not be sorted.';
revoke all on function cronmill.cycle_path(text[], integer[], integer[], integer[]) from public;

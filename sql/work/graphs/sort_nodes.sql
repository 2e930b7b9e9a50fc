-- Brings nodes 1 to total into an order in which each comes after those it waits for (Kahn). Those
-- that wait for each other in a circle, and what waits for them, are not in it.
-- Executed by: add_nodes.
create or replace function cronmill.sort_nodes(
    total integer, parents integer[], children integer[]
)
returns integer[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    -- Of each node: how many it waits for, and where those begin and end that wait for it.
    degrees integer[];
    begins integer[];
    ends integer[];
    followers integer[];
    sorted integer[];
    follower integer;
    next integer := 1;
    last integer;
begin
    select
        array_agg(coalesce(d.total, 0) order by n.n),
        array_agg(coalesce(o.first, 1) order by n.n),
        array_agg(coalesce(o.first + o.total - 1, 0) order by n.n),
        array_agg(n.n order by n.n) filter (where d.total is null)
    into degrees, begins, ends, sorted
    from generate_series(1, sort_nodes.total) as n (n)
    left join (
        select e.child, count(*)::integer as total
        from unnest(sort_nodes.children) as e (child)
        group by e.child
    ) as d on d.child = n.n
    left join (
        select
            e.parent, count(*)::integer as total,
            (sum(count(*)) over (order by e.parent) - count(*) + 1)::integer as first
        from unnest(sort_nodes.parents) as e (parent)
        group by e.parent
    ) as o on o.parent = n.n;
    select array_agg(e.child order by e.parent, e.child)
    into followers
    from unnest(sort_nodes.parents, sort_nodes.children) as e (parent, child);
    last := coalesce(cardinality(sorted), 0);
    while next <= last loop
        for place in begins[sorted[next]] .. ends[sorted[next]] loop
            follower := followers[place];
            degrees[follower] := degrees[follower] - 1;
            if degrees[follower] = 0 then
                last := last + 1;
                sorted[last] := follower;
            end if;
        end loop;
        next := next + 1;
    end loop;
    return coalesce(sorted, '{}');
end
$function$;
comment on function cronmill.sort_nodes(integer, integer[], integer[])
    is 'Brings nodes into an order in which each comes after those it waits for.';
revoke all on function cronmill.sort_nodes(integer, integer[], integer[]) from public;

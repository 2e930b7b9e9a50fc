-- What the envelopes of a graph come after, by their positions: in these envelopes (parents), or of
-- nodes that the graph has already (0, and their numbers in parent_ids). Refuses refs that are
-- unknown, or given twice.
-- Executed by: add_nodes.
create or replace function cronmill.read_edges(
    graph_id bigint,
    refs text[],
    envelopes jsonb[],
    out parents integer[],
    out children integer[],
    out parent_ids bigint[],
    out wanted text[],
    out conditions jsonb[]
)
returns record
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    fault record;
    edges record;
begin
    select r.ref, r.position
    into fault
    from (
        select r.ref, r.position, row_number() over (partition by r.ref order by r.position) as copy
        from unnest(read_edges.refs) with ordinality as r (ref, position)
        where r.ref is not null
    ) as r
    where r.copy > 1
        or exists (
            select from cronmill.node as n
            where n.graph_id = read_edges.graph_id and n.ref = r.ref
        )
    order by r.position
    limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('there are two tasks "%s" in this graph', fault.ref),
            detail = pg_catalog.format('Envelope %s.', fault.position);
    end if;
    select e.position, a.value
    into fault
    from unnest(read_edges.envelopes) with ordinality as e (envelope, position)
    cross join lateral jsonb_array_elements(nullif(e.envelope -> 'after', 'null')) as a (value)
    where case jsonb_typeof(a.value)
            when 'string' then false
            when 'object' then
                (jsonb_typeof(a.value -> 'ref') = 'string') is not true
                or coalesce(a.value ->> 'on', 'done') not in ('done', 'dead', 'any')
                or a.value - '{ref,on,if}'::text[] <> '{}'
                -- Only what is done has a result.
                or a.value -> 'if' <> 'null' and a.value ->> 'on' <> 'done'
                -- It is compared with whatever a handler gives, which nobody can interrupt.
                or octet_length((a.value -> 'if')::text) > 1000
            else true
        end
    order by e.position
    limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('"after" cannot be read: %s', left(fault.value::text, 200)),
            detail = pg_catalog.format('Envelope %s.', fault.position),
            hint = 'It is a list of refs, or of {"ref": "a", "on": "done", "if": {"ok": true}}; '
                '"on" is done, dead or any; "if", only with done, what the result has to contain, '
                'in 1000 bytes.';
    end if;
    with named as materialized (
        select
            e.position::integer as child,
            case jsonb_typeof(a.value) when 'string' then a.value #>> '{}'
                else a.value ->> 'ref' end as ref,
            coalesce(a.value ->> 'on', 'done') as wanted,
            nullif(a.value -> 'if', 'null') as condition
        from unnest(read_edges.envelopes) with ordinality as e (envelope, position)
        cross join lateral jsonb_array_elements(nullif(e.envelope -> 'after', 'null')) as a (value)
    ),
    matched as materialized (
        select n.*, r.position::integer as parent, k.task_id as parent_id,
            (r.position = n.child) is true as is_own,
            count(*) over (partition by n.child, n.ref) as copies
        from named as n
        left join unnest(read_edges.refs) with ordinality as r (ref, position) on r.ref = n.ref
        left join cronmill.node as k on k.graph_id = read_edges.graph_id and k.ref = n.ref
    ),
    judged as (
        select
            f.*, f.is_own or f.copies > 1 or f.parent is null and f.parent_id is null as is_wrong
        from matched as f
    )
    select
        array_agg(coalesce(f.parent, 0)) as parents, array_agg(f.child) as children,
        array_agg(f.parent_id) as parent_ids, array_agg(f.wanted) as wanted,
        array_agg(f.condition) as conditions,
        min(f.child) filter (where f.is_wrong) as wrong,
        (array_agg(f.ref order by f.child) filter (where f.is_wrong))[1] as ref,
        (array_agg(f.is_own order by f.child) filter (where f.is_wrong))[1] as is_own,
        (array_agg(f.copies order by f.child) filter (where f.is_wrong))[1] as copies
    into edges
    from judged as f;
    if edges.wrong is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                case
                    when edges.is_own then 'task "%s" cannot come after itself'
                    when edges.copies > 1 then 'it comes after "%s" twice'
                    else 'there is no task "%s" in this graph'
                end,
                edges.ref),
            detail = pg_catalog.format('Envelope %s.', edges.wrong),
            hint = 'What comes after a task names its "ref", once.';
    end if;
    parents := edges.parents;
    children := edges.children;
    parent_ids := edges.parent_ids;
    wanted := edges.wanted;
    conditions := edges.conditions;
end
$function$;
comment on function cronmill.read_edges(bigint, text[], jsonb[])
    is 'What the envelopes of a graph come after.';
revoke all on function cronmill.read_edges(bigint, text[], jsonb[]) from public;

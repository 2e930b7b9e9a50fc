-- The envelopes one after another, whatever dimensions and bounds their array has: positions and
-- subscripts are the same then.
-- Executed by: enqueue_envelopes, enqueue_graph, extend_graph.
create or replace function cronmill.as_list(envelopes jsonb[])
returns jsonb[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return array(
        select e.envelope
        from unnest(as_list.envelopes) with ordinality as e (envelope, position)
        order by e.position
    );
end
$function$;
comment on function cronmill.as_list(jsonb[]) is 'The envelopes of an array one after another.';
revoke all on function cronmill.as_list(jsonb[]) from public;

-- The key of a queue, for somebody who may enqueue to it. Where others' code could be at work only
-- a producer that is named itself is admitted. Raises MC001 or MC003. The function enqueue asks the
-- same without calling this one, because of its speed.
-- Executed by: add_nodes, enqueue_envelopes, enqueue_graph, enqueue_many, extend_graph,
-- set_recurring; producers.
create or replace function cronmill.producer_queue_id(queue text)
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_id integer;
    is_named boolean;
begin
    select q.queue_id, q.is_named into found_id, is_named
    from cronmill.find_queue(producer_queue_id.queue) as q;
    if is_named is not true then
        perform cronmill.assert_own_doing();
        perform cronmill.assert_producer(producer_queue_id.queue, found_id);
    end if;
    return found_id;
end
$function$;
comment on function cronmill.producer_queue_id(text)
    is 'Key of a queue by name, for who may enqueue to it; '
        'MC001 if there is none, MC003 for others.';
revoke all on function cronmill.producer_queue_id(text) from public;

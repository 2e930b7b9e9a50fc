-- Refuses who may not enqueue to a queue (is_producer); its key is null if there is none of that
-- name. Raises MC001 or MC003.
-- Executed by: enqueue, producer_queue_id.
create or replace function cronmill.assert_producer(queue text, queue_id integer)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if assert_producer.queue_id is null then
        perform cronmill.queue_id(assert_producer.queue);
    end if;
    if not cronmill.is_producer(session_user, assert_producer.queue_id) then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s" may not enqueue to queue "%s"', session_user, assert_producer.queue),
            detail = 'Who may enqueue is told queue by queue; '
                'leave to execute the function is not enough.',
            hint = pg_catalog.format(
                'Have it granted: cronmill grant producer %s --queue %s --database %s',
                cronmill.shell_word(session_user::text),
                cronmill.shell_word(assert_producer.queue),
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
end
$function$;
comment on function cronmill.assert_producer(text, integer)
    is 'Refuses who may not enqueue to a queue.';
revoke all on function cronmill.assert_producer(text, integer) from public;

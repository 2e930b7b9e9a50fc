-- Refuses a graph whose settings make no sense.
-- Executed by: check_template, enqueue_graph.
create or replace function cronmill.assert_graph(
    name text, on_dead text, deadline timestamptz, keep interval
)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if octet_length(assert_graph.name) not between 1 and 200
        or assert_graph.name ~ '[\x01-\x1f\x7f]'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the name of a graph has 1 to 200 bytes and no control characters';
    end if;
    if (assert_graph.on_dead in ('hold', 'cancel')) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'on_dead is %s', coalesce(quote_ident(assert_graph.on_dead), 'null')),
            hint = 'hold: what waits for a dead task waits until it is redriven or purged; '
                'cancel: it is canceled.';
    end if;
    if not isfinite(assert_graph.deadline) or assert_graph.deadline > '9999-12-31 00:00+00' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('the deadline %s is no time', assert_graph.deadline),
            hint = 'Leave it out: without one, nothing of the graph is ever too late.';
    end if;
    if assert_graph.deadline <= clock_timestamp() then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('the deadline %s is not to come', assert_graph.deadline),
            hint = 'Without one, nothing of the graph is ever too late.';
    end if;
    if (assert_graph.keep between interval '0' and interval '36500 days') is not true
        or extract(year from assert_graph.keep) not between -200 and 200
        or extract(day from assert_graph.keep) not between -73000 and 73000
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'a graph cannot be kept for %s', coalesce(assert_graph.keep::text, 'null')),
            hint = 'It is kept for so long when it has ended: interval ''7 days''.';
    end if;
end
$function$;
comment on function cronmill.assert_graph(text, text, timestamptz, interval)
    is 'Refuses a graph whose settings make no sense.';
revoke all on function cronmill.assert_graph(text, text, timestamptz, interval) from public;

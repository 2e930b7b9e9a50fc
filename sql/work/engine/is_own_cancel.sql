-- Whether query_canceled was raised by a handler itself, or by another server it asked, and is a
-- failure of its task; any other ends the run. All that tells the two apart is text in the language
-- of lc_messages. So it is compared with what this session says when it is cancelled and when a
-- function raises: both are tried, and caught.
-- Executed by: judge_error, try_batch; the processor's run-as role, right after it has caught the
-- error.
create or replace function cronmill.is_own_cancel(message text, context text)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    cancel_message text;
    raise_context text;
    -- How the line ends that names a function, a line of it and the statement there.
    line_end constant text := '[^0-9]*$';
begin
    begin
        perform pg_catalog.pg_cancel_backend(pg_catalog.pg_backend_pid());
        perform pg_catalog.pg_sleep(1);
    exception
        when query_canceled then
            get stacked diagnostics cancel_message = message_text;
    end;
    begin
        raise query_canceled;
    exception
        when query_canceled then
            get stacked diagnostics raise_context = pg_exception_context;
    end;
    if substring(split_part(is_own_cancel.context, e'\n', 1) from line_end)
        = substring(split_part(raise_context, e'\n', 1) from line_end)
    then
        return true;
    end if;
    -- A statement_timeout counts from the start of the whole run, and cancels in other words.
    return coalesce(is_own_cancel.message <> cancel_message, false) and not exists (
        select
        from pg_catalog.pg_settings as s
        where s.name = 'statement_timeout'
            and clock_timestamp() >= statement_timestamp() + make_interval(
                secs =>
                    least(nullif(s.setting::bigint, 0), nullif(s.reset_val::bigint, 0)) / 1000.0)
    );
end
$function$;
comment on function cronmill.is_own_cancel(text, text)
    is 'Whether a cancel was raised by the handler itself, by what this session says of others.';
revoke all on function cronmill.is_own_cancel(text, text) from public;

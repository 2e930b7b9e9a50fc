-- Tells the other slots of a queue up to where its slots have claimed of a priority; the caller has
-- the lock of the mark. Changes the sequences cronmill.mark_...
-- Executed by: reserve.
create or replace function cronmill.share_mark(
    register text, whose bigint, mark_at timestamptz, mark_id bigint
)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform setval((share_mark.register || 'of')::regclass, 0);
    perform setval(
        (share_mark.register || 'at')::regclass,
        (extract(epoch from share_mark.mark_at - '2000-01-01 00:00+00') * 1000000)::bigint);
    perform setval((share_mark.register || 'id')::regclass, share_mark.mark_id);
    perform setval((share_mark.register || 'of')::regclass, share_mark.whose);
end
$function$;
comment on function cronmill.share_mark(text, bigint, timestamptz, bigint)
    is 'Tells up to where the slots of a queue have claimed of a priority.';
revoke all on function cronmill.share_mark(text, bigint, timestamptz, bigint) from public;

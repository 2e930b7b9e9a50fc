-- A recurring template of a processor's queue that is not fired: it has disabled itself, or was due
-- five minutes ago; the first by name, null if there is none.
-- Executed by: backlog, processor_status; monitors, through processor_status.
create or replace function cronmill.unfired_template(processor_id integer)
returns text
language plpgsql volatile parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return (
        select r.name
        from cronmill.processor as p
        join cronmill.recurring as r on r.queue_id = p.queue_id
        where p.processor_id = unfired_template.processor_id
            and (
                r.error is not null
                or p.enabled and not p.paused
                    and cronmill.is_every_minute(p.schedule)
                    and r.next_at < clock_timestamp() - interval '5 minutes'
            )
        order by r.name limit 1
    );
end
$function$;
comment on function cronmill.unfired_template(integer)
    is 'A recurring template of a processor''s queue that is not fired, by name.';
revoke all on function cronmill.unfired_template(integer) from public;

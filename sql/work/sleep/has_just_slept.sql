-- Whether a processor fell asleep or gave way a moment ago: pg_cron may have had one more run of it
-- ready, which nobody wants.
-- Executed by: begin_run.
create or replace function cronmill.has_just_slept(processor_id integer, now_at timestamptz)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return exists (
        select
        from cronmill.sleep as s
        where s.processor_id = has_just_slept.processor_id
            and s.told_at between has_just_slept.now_at - interval '1 second'
                and has_just_slept.now_at
    );
end
$function$;
comment on function cronmill.has_just_slept(integer, timestamptz)
    is 'Whether a processor fell asleep or gave way a moment ago.';
revoke all on function cronmill.has_just_slept(integer, timestamptz) from public;

-- The processors that sleep: in which state each is, since when, when it is woken without a
-- ring, and which of those that wait for a place it is.
-- Executed by: processor_jobs.
create or replace function cronmill_cron.rests()
returns table (
    database_name text, processor text, rest text, rest_since timestamptz,
    next_at timestamptz, place bigint
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    select
        w.name, d.processor, d.state, d.changed_at, d.next_at,
        case when d.state = 'wanted'
            then row_number() over (partition by d.state order by d.changed_at)
        end
    from cronmill_cron.demand as d
    join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id;
end
$function$;
comment on function cronmill_cron.rests() is 'The processors that sleep, and how.';
revoke all on function cronmill_cron.rests() from public;

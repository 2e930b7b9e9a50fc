-- Housekeepers that fail, or that have not looked for two minutes.
-- Executed by: dangers, note_house, troubles; monitors and operators.
create or replace function cronmill_cron.house_faults()
returns table (name text, fault text)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select h.name,
        case
            when h.failed_at is not null then format('Housekeeper %s fails: %s', h.name, h.failure)
            else format(
                'Housekeeper %s has not looked since %s.', h.name,
                coalesce(h.looked_at::text, 'it was set up'))
        end
    from cronmill_cron.housekeeper as h
    cross join (
        select min(w.registered_at) as registered_at from cronmill_cron.work_database as w
    ) as first
    where h.failed_at is not null
        or greatest(h.looked_at, first.registered_at, pg_postmaster_start_time())
            < clock_timestamp()
                - case
                    when cronmill_cron.runs_one_at_a_time() then interval '10 minutes'
                    else interval '2 minutes'
                end
            and first.registered_at is not null;
end;
comment on function cronmill_cron.house_faults() is 'Housekeepers that fail, or have not looked.';
revoke all on function cronmill_cron.house_faults() from public;

-- Notes that a processor was seen at work, to within ten seconds; of one that is asleep, how many
-- rows its database had when its runs were gone, and then, that there are more: when it is woken
-- for that.
-- Changes cronmill_cron.demand.
-- Executed by: look.
create or replace function cronmill_cron.note_seen(
    work_database_id integer, processor text, changed_at timestamptz, inserted_now bigint
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- Who holds its row says what becomes of it, and is not waited for.
    perform
    from cronmill_cron.demand as d
    where d.work_database_id = note_seen.work_database_id
        and d.processor = note_seen.processor
    for update skip locked;
    if not found then
        return;
    end if;
    update cronmill_cron.demand as d
    set
        seen_at = case when d.state = 'asleep' then d.seen_at else clock_timestamp() end,
        inserted = coalesce(d.inserted, note_seen.inserted_now),
        sweep_at = case
            when d.state = 'asleep' and d.inserted is not null
                then clock_timestamp() + d.sweep_after
        end
    where d.work_database_id = note_seen.work_database_id
        and d.processor = note_seen.processor
        and d.changed_at = note_seen.changed_at;
end
$function$;
comment on function cronmill_cron.note_seen(integer, text, timestamptz, bigint)
    is 'Notes that a processor was seen at work, or that its database has more rows.';
revoke all on function cronmill_cron.note_seen(integer, text, timestamptz, bigint) from public;

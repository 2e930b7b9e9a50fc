-- Calls the alarm function for every alarm it has not been told of: logged in as the role that was
-- named, so that it may do what this role may and no more, each in a transaction of its own; what
-- fails is noted and tried again a minute later, five times. The housekeeper cancels a call after
-- ten seconds, by the published deadline.
-- Executed by: pg_cron.
create or replace procedure cronmill_cron.deliver()
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified
-- here.
declare
    next record;
    failure pg_catalog.text;
    deadline pg_catalog.timestamptz;
begin
    loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        select m.alarm_id, m.event, m.message, m.routine into next
        from cronmill_cron.next_message() as m;
        exit when next.alarm_id is null;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        deadline := clock_timestamp() + interval '10 seconds';
        perform pg_catalog.set_config('application_name',
            'cronmill deliver until ' || extract(epoch from deadline)::text, false);
        failure := null;
        begin
            execute pg_catalog.format('select %s($1)', next.routine::regproc) using next.message;
            set constraints all immediate;
        exception
            when query_canceled then
                failure := case
                    when clock_timestamp() >= deadline then 'It took longer than 10 s.'
                    else sqlerrm
                end;
            when assert_failure or others then
                failure := sqlerrm;
        end;
        reset role;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform pg_catalog.set_config('application_name', 'cronmill deliver', false);
        perform cronmill_cron.note_message(next.alarm_id, next.event, failure);
        commit;
        reset all;
    end loop;
end
$procedure$;
comment on procedure cronmill_cron.deliver()
    is 'The job of the alarm role: calls the alarm function.';
revoke all on procedure cronmill_cron.deliver() from public;

-- Fires the templates of a queue that are due at a moment, skipping those that somebody else has:
-- the tasks of the ticks, and that the templates have moved on, are one commit. So many templates
-- and so many ticks at most; returns how many ticks it fired. If that fails they are fired one by
-- one for a moment, whichever come: one that cannot be fired disables itself, with the reason, and
-- one that has to wait for somebody has its turn at another look. Changes cronmill.recurring and
-- cronmill.task.
-- Executed by: fire_due; tests, which tell it the time.
create or replace function cronmill.fire_templates(
    queue_id integer, now_at timestamptz, most integer
)
returns integer
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
-- Producers of a unique key are waited for, but not for long.
set lock_timeout = '200ms'
as $function$
declare
    template cronmill.recurring;
    fired integer := 0;
    began_at timestamptz;
begin
    begin
        for template in
            select r.*
            from cronmill.recurring as r
            where r.queue_id = fire_templates.queue_id
                and r.enabled
                and r.next_at <= fire_templates.now_at
            order by r.next_at
            limit fire_templates.most
            for update skip locked
        loop
            fired := fired + cronmill.fire_template(
                template, fire_templates.now_at, fire_templates.most - fired);
            exit when fired >= fire_templates.most;
        end loop;
        return fired;
    exception
        when others then
            fired := 0;
    end;
    began_at := clock_timestamp();
    perform pg_catalog.set_config('lock_timeout', '20ms', true);
    for template in
        select r.*
        from cronmill.recurring as r
        where r.queue_id = fire_templates.queue_id
            and r.enabled
            and r.next_at <= fire_templates.now_at
        -- Those that have to wait are not always the first.
        order by random()
        -- More subtransactions slow every other session's snapshots.
        limit 60
        for update skip locked
    loop
        begin
            fired := fired + cronmill.fire_template(template, fire_templates.now_at, 60);
        exception
            when transaction_rollback or lock_not_available or insufficient_resources
                or system_error or operator_intervention
            then
                null;
            when others then
                update cronmill.recurring as r
                set enabled = false, next_at = null, error = sqlerrm
                where r.recurring_id = template.recurring_id;
        end;
        exit when clock_timestamp() > began_at + interval '0.3 seconds';
    end loop;
    return fired;
end
$function$;
comment on function cronmill.fire_templates(integer, timestamptz, integer)
    is 'Fires the templates of a queue that are due at a moment; returns how many ticks.';
revoke all on function cronmill.fire_templates(integer, timestamptz, integer) from public;

-- Sets a threshold, by its column's name: for all, for a work database, or for one of its
-- processors. 0 switches it off; null lets the wider one hold again, and for all the default.
-- Changes cronmill_cron.threshold.
-- Executed by: the registry's owner; cronmill alarms thresholds, cronmill prune settings.
create or replace function cronmill_cron.set_threshold(
    database_name text, processor text, name text, value text
)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    known_id integer;
    changed cronmill_cron.threshold;
begin
    if set_threshold.database_name is not null then
        select w.work_database_id into known_id
        from cronmill_cron.work_database as w
        where w.name = set_threshold.database_name;
        if not found then
            raise exception using
                errcode = 'MC010',
                message = pg_catalog.format('database "%s" is not registered in cron database "%s"',
                    set_threshold.database_name, pg_catalog.current_database());
        end if;
    end if;
    perform cronmill_cron.take_turn('thresholds');
    select t.* into changed
    from cronmill_cron.threshold as t
    where (t.work_database_id, t.processor)
        is not distinct from (known_id, set_threshold.processor);
    changed.work_database_id := known_id;
    changed.processor := set_threshold.processor;
    case set_threshold.name
        when 'behind' then changed.behind := value::interval;
        when 'failing' then changed.failing := value::integer;
        when 'dead' then changed.dead := value::bigint;
        when 'overdue' then changed.overdue := value::interval;
        when 'silent' then changed.silent := value::interval;
        when 'history' then changed.history := value::bigint;
        when 'replica' then changed.replica := value::interval;
        when 'history_age' then changed.history_age := value::interval;
        when 'history_runs' then changed.history_runs := value::bigint;
        else
            raise exception using
                errcode = 'MC017',
                message = pg_catalog.format('there is no threshold "%s"', set_threshold.name),
                hint = 'There are behind, failing, dead, overdue, silent, history, replica, '
                    'history_age, history_runs.';
    end case;
    delete from cronmill_cron.threshold as t
    where (t.work_database_id, t.processor)
        is not distinct from (known_id, set_threshold.processor);
    if known_id is null or num_nonnulls(
        changed.behind, changed.failing, changed.dead, changed.overdue, changed.silent,
        changed.history_age, changed.history_runs, changed.history, changed.replica) > 0
    then
        insert into cronmill_cron.threshold select changed.*;
    end if;
end
$function$;
comment on function cronmill_cron.set_threshold(text, text, text, text)
    is 'Sets a threshold for all, for a work database, or for a processor.';
revoke all on function cronmill_cron.set_threshold(text, text, text, text) from public;

-- Tags. For a moment nobody may use the tables of tasks: a handler at work would be waited for, and
-- whoever enqueues would wait behind that, so it is tried for half a second at a time.
do $$
declare
    former_timeout constant text := current_setting('lock_timeout');
    tries integer := 0;
begin
    loop
        begin
            perform set_config('lock_timeout', '500ms', true);
            lock table cronmill.task, cronmill.dead_task, cronmill.done_task
                in access exclusive mode;
            exit;
        exception
            when lock_not_available then
                tries := tries + 1;
                if tries = 20 then
                    raise exception using
                        errcode = 'MC026',
                        message = 'tasks have been at work for 20 seconds without a break',
                        detail = 'Their tables get a column, for which nobody may use them '
                            'for a moment. Nothing is changed yet.',
                        hint = 'Let the runs end: cronmill pause --database '
                            || cronmill.shell_word(current_database())
                            || '; then the same again, and cronmill resume.';
                end if;
        end;
        perform pg_sleep(0.5);
    end loop;
    perform set_config('lock_timeout', former_timeout, true);
end $$;
alter table cronmill.task add column tags text[];
comment on column cronmill.task.tags
    is 'Words by which it is found, see enqueue; null: none.';
alter table cronmill.dead_task add column tags text[];
comment on column cronmill.dead_task.tags is 'Words by which it is found; null: none.';
alter table cronmill.done_task add column tags text[];
comment on column cronmill.done_task.tags is 'Words by which it is found; null: none.';
alter type cronmill.task_settings add attribute tags text[];
-- With other parameters these are other functions, and beside the old ones a call could mean
-- either. What depends on an old one stands in the way, and the error names it.
drop function if exists
    cronmill.enqueue(text, jsonb, integer, timestamptz, text, text, interval, integer),
    cronmill.enqueue_many(text, jsonb[], integer, timestamptz, text, interval, integer),
    cronmill.enqueue_envelopes(
        text, jsonb[], integer, timestamptz, text, text, interval, integer),
    cronmill.redrive(text, bigint[], text, text, integer, bigint),
    cronmill.purge_dead(text, interval, integer, bigint),
    cronmill.purge_done(text, interval, integer);

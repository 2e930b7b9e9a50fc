-- The per-batch functions a run-as role calls from its generated procedure; each of them checks
-- that the caller is the processor's run-as role.
-- Executed by: grant_run_as, revoke_run_as, wanted_privileges.
create or replace function cronmill.run_as_routines()
returns setof regprocedure
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
    select r.routine
    from (values
        ('cronmill.begin_run(text, integer)'::regprocedure),
        ('cronmill.take_lock(integer, integer, text)'),
        ('cronmill.run(text, integer, bigint)'),
        ('cronmill.try_batch(cronmill.run_start, integer, integer, integer, '
            'boolean, cronmill.claim)'),
        ('cronmill.judge_error(cronmill.run_start, cronmill.task_error, timestamptz, '
            'timestamptz)'),
        ('cronmill.look_out(integer, integer, cronmill.claim, double precision)'),
        ('cronmill.resume_scan(cronmill.resume)'),
        ('cronmill.wait_for_tasks(cronmill.run_start, cronmill.claim, timestamptz, timestamptz, '
            'double precision, text)'),
        ('cronmill.close_run(cronmill.run_start, cronmill.claim, text, cronmill.counters, '
            'timestamptz, text)'),
        ('cronmill.count_part(cronmill.counters, text, integer, interval, boolean)'),
        ('cronmill.part_size(interval, integer, integer, bigint)'),
        ('cronmill.try_parts(cronmill.run_start, cronmill.claim, cronmill.parts, boolean, '
            'timestamptz)'),
        ('cronmill.retry_in_parts(cronmill.run_start, integer, cronmill.claim, cronmill.counters, '
            'bigint, timestamptz, text, text)'),
        ('cronmill.publish(cronmill.run_start, timestamptz)'),
        ('cronmill.claim(integer, integer, integer, integer, boolean, cronmill.claim, boolean)'),
        ('cronmill.claim_again(integer, integer, bigint[], tid[])'),
        ('cronmill.has_immediate_constraints()'),
        ('cronmill.handler_fault(integer)'),
        ('cronmill.forget(integer)'),
        ('cronmill.renew(cronmill.run_start, integer)'),
        ('cronmill.give_back(integer, bigint, tid)'),
        ('cronmill.finish(integer, bigint[], tid[], cronmill.outcome, boolean)'),
        ('cronmill.fail(integer, bigint[], tid[], cronmill.task_error[], cronmill.counters)'),
        ('cronmill.next_batch_size(integer, integer, interval, bigint)'),
        ('cronmill.settle_batch(integer, bigint[])'),
        ('cronmill.settle_left(integer)'),
        ('cronmill.tell_left(cronmill.run_start)'),
        ('cronmill.results(bigint)'),
        ('cronmill.graph_id(bigint)'),
        ('cronmill.done()'),
        ('cronmill.done(jsonb)'),
        ('cronmill.snooze(timestamptz)'),
        ('cronmill.dead(text)'),
        ('cronmill.raise_snooze(timestamptz)'),
        ('cronmill.raise_dead(text)'),
        ('cronmill.query_task(text, jsonb, regtype)'),
        ('cronmill.hold_query(cronmill.query_task)'),
        ('cronmill.fits_type(regtype, regtype, boolean)'),
        ('cronmill.view_query(cronmill.query_task)'),
        ('cronmill.check_query(regtype, boolean)'),
        ('cronmill.read_query(bigint, anyelement)'),
        ('cronmill.query_result(cronmill.query_task, anyelement)'),
        ('cronmill.cache_table(text, text)'),
        ('cronmill.metadata_table(text)'),
        ('cronmill.cache_type(text)'),
        ('cronmill.is_cached(cronmill.query_task)'),
        ('cronmill.note_query(cronmill.query_task, text)'),
        ('cronmill.query_datatype(cronmill.query_task)'),
        ('cronmill.make_cache(text, text, text)'),
        ('cronmill.cache_query(cronmill.query_task)'),
        ('cronmill.try_query(text, text, boolean, text, text, text, text)'),
        ('cronmill.is_own_cancel(text, text)'),
        ('cronmill.tally(bigint[], interval, bigint)'),
        ('cronmill.assert_done(bigint, cronmill.outcome)'),
        ('cronmill.note_result(bigint, cronmill.outcome)'),
        ('cronmill.note_progress(integer, cronmill.run_start, cronmill.counters)'),
        ('cronmill.end_run(integer, cronmill.run_start, text, cronmill.counters, cronmill.claim)'),
        ('cronmill.push(cronmill.run_start, boolean, timestamptz, text)'),
        ('cronmill.begin_push(integer, boolean)'),
        ('cronmill.backlog(integer)'),
        ('cronmill.tell_registry(integer, cronmill.backlog, timestamptz)'),
        ('cronmill.note_silence(integer, text)'),
        ('cronmill.lie_down(integer)'),
        ('cronmill.get_up(integer)'),
        ('cronmill.producers_at_work()'),
        ('cronmill.next_work(integer)'),
        ('cronmill.is_asked_to_yield(integer)'),
        ('cronmill.tell_rest(integer, text, timestamptz, boolean)'),
        ('cronmill.try_to_tell(cronmill.run_start, text, timestamptz, boolean, boolean)'),
        ('cronmill.is_known_to_sleep(integer)'),
        ('cronmill.make_known(cronmill.run_start)'),
        ('cronmill.fall_asleep(cronmill.run_start, cronmill.counters, boolean, boolean)'),
        ('cronmill.keep_vigil(cronmill.run_start, boolean, cronmill.counters, cronmill.vigil, '
            'text)'),
        ('cronmill.fire_due(integer)'),
        ('cronmill.keep_time(cronmill.run_start, timestamptz, timestamptz, text)'),
        ('cronmill.tidy(integer)')
    ) as r (routine)
$function$;
comment on function cronmill.run_as_routines() is 'The functions a run-as role may execute.';
revoke all on function cronmill.run_as_routines() from public;

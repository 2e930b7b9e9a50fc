-- Notes attempts that failed, of tasks that are locked and still in their places, in the
-- transaction that charges them. A task that is put off (MC101) has not failed. Of an attempt that
-- never ended (MC020) the task knows when it began, and by which slot; others are of the run of
-- this backend. Changes cronmill.failed_attempt.
-- Executed by: begin_attempt, fail, finish; only where failed attempts are kept.
create or replace function cronmill.note_attempts(
    processor_id integer,
    task_ids bigint[],
    places tid[],
    errors cronmill.task_error[]
)
returns void
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    insert into cronmill.failed_attempt (
        task_id, queue_id, attempt, began_at, failed_at, error_sqlstate, error_message, run_id
    )
    -- However often it is named, a task fails once.
    select distinct on (t.task_id)
        t.task_id, t.queue_id, t.attempts + (t.began_at is null)::integer,
        coalesce(e.began_at, t.began_at), coalesce(e.ended_at, clock_timestamp()),
        e.sqlstate, e.message, r.run_id
    from unnest(note_attempts.task_ids, note_attempts.places) with ordinality
        as f (task_id, place, position)
    join unnest(note_attempts.errors) with ordinality
        as e (sqlstate, message, detail, hint, context, began_at, ended_at, position)
        on e.position = f.position
    join cronmill.task as t on t.ctid = f.place and t.task_id = f.task_id
    join cronmill.processor as p
        on p.queue_id = t.queue_id and p.processor_id = note_attempts.processor_id
            and p.keep_attempts is not null
    left join lateral (
        select o.run_id
        from cronmill.slot as s
        join cronmill.run as o on o.slot_id = s.slot_id
        where s.processor_id = note_attempts.processor_id
            and case
                when e.sqlstate = 'MC020'
                then o.slot_id = t.taken_by and o.started_at <= t.began_at
                else o.run_id = s.last_run_id and o.pid = pg_backend_pid()
            end
        order by o.started_at desc
        limit 1
    ) as r on true
    where e.sqlstate <> 'MC101'
    order by t.task_id;
end;
comment on function cronmill.note_attempts(integer, bigint[], tid[], cronmill.task_error[])
    is 'Notes attempts that failed, where they are kept.';
revoke all on function cronmill.note_attempts(integer, bigint[], tid[], cronmill.task_error[])
    from public;

-- Puts a task that the caller has locked back among the waiting ones, begun by a slot or not, as a
-- row of its own, not as a new version of the old one. Whoever waits for the old row, or found it
-- before this is committed (a producer of the same key, another slot's claim), would lock the new
-- version, see only then that it is not what he looked for, and keep that lock until the end of his
-- transaction, in which another handler may be at work: the slot could not make the attempt, the
-- next one would come late, a producer of the key would wait. That the row is gone is an error, for
-- the caller has locked it. Returns its new place. Changes cronmill.task.
-- Executed by: begin_attempt, fail, finish, give_back.
create or replace function cronmill.put_back(
    task_id bigint,
    place tid,
    attempts integer,
    run_at timestamptz,
    begun_by integer default null,
    error cronmill.task_error default null
)
returns tid
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    moved cronmill.task;
    new_place tid;
begin
    delete from cronmill.task as t
    where t.ctid = put_back.place and t.task_id = put_back.task_id
    returning t.* into strict moved;
    moved.attempts := put_back.attempts;
    moved.run_at := put_back.run_at;
    moved.began_at := case when put_back.begun_by is not null then clock_timestamp() end;
    moved.suspected_at := null;
    moved.taken_by := coalesce(
        put_back.begun_by, case when moved.unique_key is not null then moved.taken_by end);
    if (put_back.error).sqlstate is not null then
        moved.failed_at := clock_timestamp();
        moved.error_sqlstate := (put_back.error).sqlstate;
        moved.error_message := (put_back.error).message;
        moved.error_detail := nullif((put_back.error).detail, '');
        moved.error_hint := nullif((put_back.error).hint, '');
        moved.error_context := nullif((put_back.error).context, '');
    end if;
    insert into cronmill.task as t overriding system value
    values (moved.*)
    returning t.ctid into new_place;
    if put_back.begun_by is null and moved.taken_by is not null then
        perform cronmill.hold_key(put_back.task_id, new_place);
    end if;
    return new_place;
end
$function$;
comment on function cronmill.put_back(
    bigint, tid, integer, timestamptz, integer, cronmill.task_error)
    is 'Puts a task back among the waiting ones, as a row of its own.';
revoke all on function cronmill.put_back(
    bigint, tid, integer, timestamptz, integer, cronmill.task_error) from public;

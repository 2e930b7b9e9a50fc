-- Reserves the next so many tasks of one priority for the slot, where other slots claim of the same
-- queue: from where these have reserved (else from its own mark) up to a task; up to none if there
-- are fewer, or if others do not let go of the mark soon. Without a number of tasks it tells the
-- others from where the slot goes on, after a scan from the beginning. It takes nothing, so that a
-- claim that comes to nothing loses nothing: what it leaves, and what it has not seen, a scan from
-- the beginning finds. The lock is held for the time of this function only, by a subtransaction
-- that is rolled back, which sequences are not; whoever has it besides, and anybody may who may
-- connect, costs a claim some milliseconds. Changes the sequences cronmill.mark_...
-- Executed by: claim_level.
create or replace function cronmill.reserve(
    queue_id integer,
    level integer,
    missing integer,
    now_at timestamptz,
    mark_at timestamptz,
    mark_id bigint
)
returns cronmill.stretch
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    register constant integer := reserve.queue_id & 7;
    name constant text := format('cronmill.mark_%s_', register);
    whose constant bigint := reserve.queue_id::bigint * 16 + reserve.level;
    stretch cronmill.stretch;
begin
    begin
        perform set_config('lock_timeout', '50ms', true);
        perform pg_advisory_xact_lock(cronmill.lock_class('mark'), register);
        if reserve.missing is null then
            perform cronmill.share_mark(name, whose, reserve.mark_at, reserve.mark_id);
        else
            stretch := cronmill.shared_mark(name, whose);
            select t.run_at, t.task_id
            into stretch.until_at, stretch.until_id
            from cronmill.task as t
            where t.queue_id = reserve.queue_id
                and t.priority = reserve.level
                and t.run_at <= reserve.now_at
                and (t.run_at, t.task_id) > (
                    coalesce(stretch.from_at, reserve.mark_at),
                    coalesce(stretch.from_id, reserve.mark_id)
                )
            order by t.run_at, t.task_id
            offset reserve.missing - 1
            limit 1;
            if found then
                perform cronmill.share_mark(name, whose, stretch.until_at, stretch.until_id);
            end if;
        end if;
        raise exception using errcode = 'MC050';
    exception
        when sqlstate 'MC050' then
            null;
        when lock_not_available then
            stretch := cronmill.shared_mark(name, whose);
    end;
    stretch.from_at := coalesce(stretch.from_at, reserve.mark_at);
    stretch.from_id := coalesce(stretch.from_id, reserve.mark_id);
    return stretch;
end
$function$;
comment on function cronmill.reserve(integer, integer, integer, timestamptz, timestamptz, bigint)
    is 'Reserves the next tasks of one priority for the slot, where others claim, too.';
revoke all on function cronmill.reserve(
    integer, integer, integer, timestamptz, timestamptz, bigint
) from public;

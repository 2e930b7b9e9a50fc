-- What the benchmarks of processors that sleep need in each of their work databases.
create schema app;
grant usage on schema app to bench_runner;

-- With track_commit_timestamp the key of the enqueuing transaction gives the time of its commit.
create table app.effect (
    part text not null,
    enqueued_by xid not null,
    is_cold boolean not null,
    begun_at timestamptz not null
);
comment on table app.effect is 'Effects of app.note.';
grant insert on app.effect to bench_runner;

create function app.note(payload jsonb)
returns void
language plpgsql volatile
as $function$
declare
    begun_at constant timestamptz := clock_timestamp();
begin
    if payload ? 'seconds' then
        perform pg_sleep((payload ->> 'seconds')::float8);
    end if;
    if payload ? 'xid' then
        insert into app.effect (part, enqueued_by, is_cold, begun_at)
        values (
            payload ->> 'part', (payload ->> 'xid')::xid, (payload ->> 'is_cold')::boolean, begun_at
        );
    end if;
end
$function$;
comment on function app.note(jsonb)
    is 'A handler that takes some seconds, and tells when it was called, and by whom its task was enqueued.';

-- A task is cold if there is no other in its queue, nor in hand.
create function app.enqueue(part text, seconds float8)
returns void
language plpgsql volatile
as $function$
begin
    perform cronmill.enqueue('work', jsonb_strip_nulls(jsonb_build_object(
        'part', part, 'seconds', seconds, 'xid', pg_current_xact_id()::text,
        'is_cold', not exists (select from cronmill.task)
    )));
end
$function$;
comment on function app.enqueue(text, float8) is 'Enqueues a task of app.note.';

-- What the benchmarks need in their database: handlers, roles, and the drains ours is compared with.
create schema bench;
comment on schema bench is 'Benchmarks: handlers, and the drains Cronmill is compared with.';
create role bench_runner login;
create role bench_producer login;
grant usage on schema bench to bench_runner, bench_producer;

create function bench.noop(payload jsonb)
returns void
language plpgsql volatile
as $function$
begin
    null;
end
$function$;
comment on function bench.noop(jsonb) is 'A handler that does nothing.';

create function bench.fail_some(payload jsonb)
returns void
language plpgsql volatile
as $function$
begin
    if payload ? 'fail' then
        raise exception 'this task fails';
    end if;
end
$function$;
comment on function bench.fail_some(jsonb) is 'A handler that fails for the tasks that ask for it.';

create table bench.entry (n bigint not null, at timestamptz not null default clock_timestamp());
comment on table bench.entry is 'Effects of bench.work.';
create table bench.account (account_id integer primary key, total bigint not null);
comment on table bench.account is 'Totals of bench.work.';
insert into bench.account (account_id, total) select n, 0 from generate_series(0, 999) as n;
grant insert on bench.entry to bench_runner;
grant select, update on bench.account to bench_runner;
create function bench.work(payload jsonb)
returns void
language plpgsql volatile
as $function$
begin
    insert into bench.entry (n) values ((payload ->> 'n')::bigint);
    update bench.account set total = total + 1 where account_id = (payload ->> 'n')::bigint % 1000;
    if payload ? 'fail' then
        raise exception 'this task fails';
    end if;
end
$function$;
comment on function bench.work(jsonb) is 'A handler that inserts a row and updates one, and fails for the tasks that ask for it.';

-- PgQ's payloads are text: its handler is spared a cast that it would not need.
create function bench.noop_event(payload text)
returns void
language plpgsql volatile
as $function$
begin
    null;
end
$function$;
comment on function bench.noop_event(text) is 'A handler that does nothing, for PgQ.';

-- With track_commit_timestamp, xmin of the effect and the key of the enqueuing transaction give both commit times.
create table bench.effect (enqueued_by xid not null);
comment on table bench.effect is 'Effects of bench.note_effect.';
grant insert on bench.effect to bench_runner;
create function bench.note_effect(payload jsonb)
returns void
language plpgsql volatile
as $function$
begin
    insert into bench.effect (enqueued_by) values ((payload ->> 'xid')::xid);
end
$function$;
comment on function bench.note_effect(jsonb) is 'A handler whose effect tells which transaction enqueued its task.';

create table bench.tick (n bigint not null, at timestamptz not null);
comment on table bench.tick is 'Effects of bench.note_tick.';
grant insert on bench.tick to bench_runner;
create function bench.note_tick(payload jsonb)
returns void
language plpgsql volatile
as $function$
begin
    insert into bench.tick (n, at) values ((payload ->> 'n')::bigint, (payload ->> '_tick')::timestamptz);
end
$function$;
comment on function bench.note_tick(jsonb) is 'A handler whose effect tells which tick its task is of.';

-- The columns that a task has at least, and the one index.
create table bench.indexed (
    task_id bigint generated always as identity,
    queue_id integer not null default 1,
    priority smallint not null default 0,
    attempts smallint not null default 0,
    run_at timestamptz not null default now(),
    enqueued_at timestamptz not null default now(),
    payload jsonb not null,
    primary key (queue_id, priority, run_at, task_id)
);
comment on table bench.indexed is 'Target of plain inserts, with the index that tasks have.';
create table bench.plain (payload jsonb);
comment on table bench.plain is 'Target of the bare COPY.';

-- Tasks in commits of 10,000, so that they differ in run_at; each failing_every-th one is made to fail.
create procedure bench.fill(queue text, total bigint, failing_every bigint default null)
language plpgsql
as $procedure$
declare
    first bigint := 1;
begin
    while first <= total loop
        perform cronmill.enqueue_many(fill.queue, (
            select array_agg(
                case
                    when n % fill.failing_every = 0 then jsonb_build_object('n', n, 'fail', true)
                    else jsonb_build_object('n', n)
                end
                order by n
            )
            from generate_series(first, least(fill.total, first + 9999)) as n
        ));
        commit;
        first := first + 10000;
    end loop;
end
$procedure$;
comment on procedure bench.fill(text, bigint, bigint) is 'Fills a queue.';

-- Tagged tasks, each of which has a tag of its own; a commit per 10,000.
create procedure bench.fill_tagged(queue text, first bigint, total bigint)
language plpgsql
as $procedure$
declare
    start bigint := fill_tagged.first;
begin
    while start < fill_tagged.first + fill_tagged.total loop
        insert into cronmill.task (queue_id, payload, tags)
        select cronmill.queue_id(fill_tagged.queue), jsonb_build_object('n', n),
            array['all', 'group:' || n % 1000, 'order:' || n]
        from generate_series(start, least(start + 9999, fill_tagged.first + fill_tagged.total - 1)) as n;
        commit;
        start := start + 10000;
    end loop;
end
$procedure$;
comment on procedure bench.fill_tagged(text, bigint, bigint) is 'Fills a queue with tagged tasks.';

-- How long a search for a tag takes here.
create function bench.search(queue text, tag text)
returns table (total bigint, milliseconds double precision)
language plpgsql volatile
as $function$
declare
    began_at constant timestamptz := clock_timestamp();
begin
    -- Not named found, which is PL/pgSQL's own.
    select count(*) into total from cronmill.find_tasks(search.queue, array[search.tag]);
    milliseconds := extract(epoch from clock_timestamp() - began_at) * 1000;
    return next;
end
$function$;
comment on function bench.search(text, text) is 'Searches for a tag; how long that took.';

-- The limit: the same rows found by the same index from a low-water mark, deleted and returned, a commit per batch.
-- No lock against other slots, no handler, no isolation of failures, no check of the caller.
create procedure bench.empty_by_delete(queue text, batch_size integer)
language plpgsql
as $procedure$
declare
    emptied_id constant integer := cronmill.queue_id(empty_by_delete.queue);
    due_at timestamptz;
    mark_at timestamptz := '-infinity';
    mark_id bigint := 0;
    gone record;
begin
    loop
        due_at := clock_timestamp();
        with deleted as (
            delete from cronmill.task as t
            where t.ctid = any (array(
                select w.ctid
                from cronmill.task as w
                where w.queue_id = emptied_id
                    and w.priority = 0
                    and w.run_at <= due_at
                    and (w.run_at, w.task_id) > (mark_at, mark_id)
                order by w.run_at, w.task_id
                limit empty_by_delete.batch_size
            ))
            returning t.task_id, t.run_at, t.payload
        )
        select count(d.payload) as total, max(d.run_at) as run_at, max(d.task_id) as task_id into gone from deleted as d;
        exit when gone.total = 0;
        mark_at := gone.run_at;
        mark_id := gone.task_id;
        commit;
    end loop;
end
$procedure$;
comment on procedure bench.empty_by_delete(text, integer) is 'Empties a queue as quickly as the server can.';

-- Events in commits of batch_size with a tick after each, so that a batch of PgQ has that many events.
create procedure bench.fill_pgq(total integer, batch_size integer)
language plpgsql
as $procedure$
declare
    first integer := 1;
begin
    while first <= total loop
        perform pgq.insert_event('bench', 'task', jsonb_build_object('n', n)::text)
        from generate_series(first, least(fill_pgq.total, first + fill_pgq.batch_size - 1)) as n;
        commit;
        perform pgq.ticker('bench');
        commit;
        first := first + fill_pgq.batch_size;
    end loop;
    perform pgq.force_tick('bench');
    perform pgq.ticker('bench');
end
$procedure$;
comment on procedure bench.fill_pgq(integer, integer) is 'Fills the queue of PgQ.';

-- perform is how everybody calls a function; as a part of an expression it costs half as much.
create procedure bench.empty_pgq(calls_by_perform boolean, inout total bigint default null)
language plpgsql
as $procedure$
declare
    batch_id bigint;
    event record;
    ignored boolean;
begin
    total := 0;
    loop
        batch_id := pgq.next_batch('bench', 'bench');
        exit when batch_id is null;
        for event in select e.ev_id, e.ev_data from pgq.get_batch_events(batch_id) as e loop
            if calls_by_perform then
                perform bench.noop_event(event.ev_data);
            else
                ignored := bench.noop_event(event.ev_data) is null;
            end if;
            total := total + 1;
        end loop;
        perform pgq.finish_batch(batch_id);
        commit;
    end loop;
end
$procedure$;
comment on procedure bench.empty_pgq(boolean, bigint) is 'Consumes the queue of PgQ, a commit per batch.';

import Postgres
import Testing

/// Tasks that fail.
@Suite("Failing tasks", .timeLimit(.minutes(60)))
struct FailureTests {
    /// A handler that fails for some tasks, with every field an error can have.
    private static func failing(when condition: String) -> String {
        """
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            insert into app.done (n) values ((payload ->> 'n')::bigint);
            if \(condition) then
                raise exception 'no luck with %', payload ->> 'n'
                    using errcode = 'AB123', detail = 'the detail', hint = 'the hint';
            end if;
        end $$
        """
    }

    private static func errorOf(_ number: Int) -> String {
        "AB123|no luck with \(number)|the detail|the hint|PL/pgSQL function app.work(jsonb) line 5 at RAISE"
    }

    @Test("a failing task waits for its next attempt with its error, and every other one is done exactly once")
    func retry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.failing(when: "(payload ->> 'n')::bigint in (1, 77, 150)"))
            try await fixture.enqueue(200)
            try await fixture.call()
            #expect(try await fixture.done() == (1...200).filter { ![1, 77, 150].contains($0) })
            let rows = try await fixture.rows(
                """
                select t.payload ->> 'n' as n, t.attempts, t.error_sqlstate, t.error_message, t.error_detail, t.error_hint,
                    split_part(t.error_context, e'\\n', 1) as context,
                    t.run_at - t.failed_at between interval '4 seconds' and interval '6 seconds' as is_later
                from cronmill.task as t order by t.task_id
                """
            )
            #expect(rows == [1, 77, 150].map { "\($0)|1|\(Self.errorOf($0))|t" })
            // Before its time has come it is not tried again.
            try await fixture.script("update cronmill.task set run_at = clock_timestamp() + interval '1 hour'")
            try await fixture.call()
            #expect(try await fixture.rows("select distinct attempts from cronmill.task") == ["1"])
            #expect(
                try await fixture.rows("select done, failed, dead, end_reason from cronmill.run order by run_id")
                    == ["197|3|0|empty", "0|0|0|empty"]
            )
        }
    }

    @Test("the delay doubles with every attempt, up to its cap")
    func backoff() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "9")
            try await fixture.script(Self.failing(when: "true"))
            try await fixture.script(
                "update cronmill.processor set backoff_base = interval '1 minute', backoff_cap = interval '3 minutes'"
            )
            try await fixture.enqueue(1)
            for (attempt, minutes) in [(1, 1.0), (2, 2), (3, 3), (4, 3)] {
                try await fixture.call()
                #expect(
                    try await fixture.rows(
                        """
                        select attempts, (run_at - failed_at) between (\(minutes * 0.8) * interval '1 minute')
                            and (\(minutes * 1.2) * interval '1 minute') as is_within
                        from cronmill.task
                        """
                    ) == ["\(attempt)|t"]
                )
                try await fixture.script("update cronmill.task set run_at = clock_timestamp()")
            }
        }
    }

    @Test("a task that used up its attempts is dead, with its last error")
    func dead() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "2")
            try await fixture.script(Self.failing(when: "payload ->> 'n' = '3'"))
            try await fixture.enqueue(5)
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
            try await fixture.script("update cronmill.task set run_at = clock_timestamp()")
            try await fixture.call()
            #expect(
                try await fixture.rows(
                    """
                    select payload ->> 'n' as n, attempts, error_sqlstate, error_message, error_detail, error_hint,
                        split_part(error_context, e'\\n', 1) as context
                    from cronmill.dead_task
                    """
                ) == ["3|2|\(Self.errorOf(3))"]
            )
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(try await fixture.done() == [1, 2, 4, 5])
            #expect(try await fixture.rows("select sum(failed) as f, sum(dead) as d from cronmill.run") == ["2|1"])
        }
    }

    @Test("a deferred constraint fails the task that breaks it, and no other")
    func deferredConstraint() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                "alter table app.done add constraint done_once unique (n) deferrable initially deferred"
            )
            let enqueued = try await fixture.rows(
                """
                select cronmill.enqueue_many('work', array_agg(jsonb_build_object('n', n)))
                from unnest(array[1, 2, 3, 4, 3, 5]) as n
                """
            )
            #expect(enqueued == ["6"])
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3, 4, 5])
            #expect(
                try await fixture.rows(
                    "select payload ->> 'n' as n, attempts, error_sqlstate, error_message from cronmill.task"
                ) == ["3|1|23505|duplicate key value violates unique constraint \"done_once\""]
            )
        }
    }

    @Test("what a handler sets does not reach the next batch, nor the processor", arguments: [false, true])
    func leaks(oneFails: Bool) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            // Batches begin with one task; "first" is noted of the first task of each transaction.
            try await fixture.script(
                """
                create role \(fixture.runner)_other;
                grant \(fixture.runner)_other to \(fixture.runner);
                grant usage on schema app to \(fixture.runner)_other;
                grant insert on app.done to \(fixture.runner)_other;
                alter table app.done add found text, add id bigint generated always as identity,
                    add transaction xid8 default pg_current_xact_id();
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n, found) values ((payload ->> 'n')::bigint, concat_ws(' ', current_user,
                        current_setting('search_path'), current_setting('statement_timeout'),
                        coalesce(current_setting('work.leak', true), '')));
                    if payload ->> 'n' = '\(oneFails ? 40 : 0)' then raise exception 'no'; end if;
                    perform set_config('search_path', 'pg_temp', false);
                    perform set_config('statement_timeout', '7777ms', false);
                    perform set_config('work.leak', 'leaked', false);
                    set role \(fixture.runner)_other;
                end $$
                """
            )
            try await fixture.enqueue(100)
            try await fixture.call()
            #expect(try await fixture.done() == (1...100).filter { !oneFails || $0 != 40 })
            #expect(
                try await fixture.rows(
                    """
                    select distinct found from (
                        select distinct on (transaction) found from app.done order by transaction, id
                    ) as first
                    """
                ) == ["\(fixture.runner) public, pg_temp 0 "]
            )
            #expect(try await fixture.rows("select count(distinct transaction) > 2 as several from app.done") == ["t"])
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, error_message from cronmill.task")
                    == (oneFails ? ["40|no"] : [])
            )
        }
    }

    @Test("a deadlock that only the company of other tasks in the transaction makes charges nobody")
    func deadlockInCompany() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                alter table app.done add transaction xid8 default pg_current_xact_id();
                grant select on app.done to \(fixture.runner);
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if (select count(*) from app.done as d where d.transaction = pg_current_xact_id()) > 1 then
                        raise deadlock_detected;
                    end if;
                end $$
                """
            )
            try await fixture.enqueue(30)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...30))
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
        }
    }
}

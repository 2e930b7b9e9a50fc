import Fuzzing
import Postgres
import Testing

/// Whatever producers and operators can put into a row, nobody else's task pays for it.
@Suite("Extreme values", .timeLimit(.minutes(60)))
struct ExtremeValuesTests {
    private static let priorities = ["0", "9", "-1", "10", "32768", "2147483647", "-2147483648", "null"]
    private static let times = [
        "'-infinity'", "'infinity'", "'4713-01-01 BC'", "'294276-12-31'", "'1999-12-31'", "'10000-01-01'", "now()",
        "null",
    ]
    private static let intervals = [
        "'0'", "'-1 day'", "'1 microsecond'", "'1 day'", "'24:00:00.000001'", "'293000 years'", "'-178000000 years'",
        "'1 mon -30 days'", "'31 days -30 days'", "'infinity'", "null",
        // Compared it is less than a day; added to a time it is none.
        "'71582788 months -2147483640 days 23 hours'",
    ]
    private static let numbers = ["0", "1", "-1", "10000", "10001", "32768", "2147483647", "null"]
    private static let keys = ["''", "'k'", "repeat('k', 1000)", "repeat('k', 1001)", "e'\\x01'", "null"]

    /// The arguments of one call, or one envelope.
    private func settings(_ generator: inout some RandomNumberGenerator, keyed: Bool) -> [(String, String)] {
        var settings: [(String, String)] = []
        func add(_ name: String, _ values: [String]) {
            // Mostly left out: of several at once one alone would be refused.
            guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
            settings.append((name, values.randomElement(using: &generator) ?? "null"))
        }
        add("priority", Self.priorities)
        add("run_at", Self.times)
        add("timeout", Self.intervals)
        add("max_attempts", Self.numbers)
        add("group_key", Self.keys)
        if keyed { add("unique_key", Self.keys) }
        return settings
    }

    @Test("of random extreme values of a task each is refused, or the task is done; a healthy task beside them is done")
    func producers() async throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            var accepted = 0
            for round in 1...300 {
                let settings = settings(&generator, keyed: round % 3 != 1)
                let arguments = settings.map { ", \($0.0) => \($0.1)" }.joined()
                let fields = settings.map { ", '\($0.0)', \($0.1)" }.joined()
                let call =
                    switch round % 3 {
                    case 0: "cronmill.enqueue('work', '{\"n\": 1}'\(arguments))"
                    case 1: "cronmill.enqueue_many('work', array['{\"n\": 1}']::jsonb[]\(arguments))"
                    default:
                        "cronmill.enqueue_envelopes('work', array[jsonb_build_object('payload', '{\"n\": 1}'::jsonb\(fields))])"
                    }
                do {
                    try await producer.execute("select \(unsafeRaw: call)")
                    accepted += 1
                } catch let error as PostgresError {
                    #expect(
                        error.sqlState.map { $0.isClass("22") || $0.isClass("23") } == true,
                        "\(call): \(error) (seed \(seed))"
                    )
                }
            }
            #expect(accepted > 30)
            try await fixture.script("select cronmill.enqueue('work', '{\"n\": 2}')")
            try await fixture.call()
            #expect(try await fixture.done().filter { $0 == 2 } == [2], "seed \(seed)")
            #expect(
                try await fixture.rows(
                    "select count(*) from cronmill.task where run_at <= clock_timestamp() and group_key is null"
                ) == ["0"],
                "seed \(seed)"
            )
            #expect(try await fixture.rows("select distinct end_reason from cronmill.run") == ["empty"], "seed \(seed)")
            let status = try await fixture.cronmillHere("status")
            #expect(status.exitCode == 0, "\(status)")
            await producer.close()
        }
    }

    @Test("a task with an infinite time of its own is due now, or not in this age; its timeout is a day at most")
    func clamped() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            try await producer.execute("select cronmill.enqueue('work', '{\"n\": 1}', run_at => '-infinity')")
            try await producer.execute("select cronmill.enqueue('work', '{\"n\": 2}', run_at => 'infinity')")
            try await fixture.call()
            #expect(try await fixture.done() == [1])
            #expect(
                try await fixture.rows("select run_at = '9999-12-31 00:00+00' as last from cronmill.task") == ["t"]
            )
            let error = try await expectedError {
                try await producer.execute(
                    "select cronmill.enqueue('work', '{}', timeout => '293000 years', max_attempts => 10000)"
                )
            }
            #expect(error.sqlState == .invalidParameterValue)
            #expect(error.message == "timeout 293000 years is longer than a day")
            await producer.close()
        }
    }

    @Test("an interval that only compares as a short one is refused, of producers and of operators")
    func months() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let interval = "interval '71582788 months -2147483640 days 23 hours'"
            for statement in [
                "select cronmill.enqueue('work', '{}', timeout => \(interval))",
                "update cronmill.processor set keep_done = \(interval)",
                "update cronmill.processor set keep_dead = \(interval)",
                "update cronmill.processor set keep_attempts = \(interval)",
                "update cronmill.processor set timeout = \(interval)",
                "update cronmill.processor set refresh_after = \(interval)",
                "update cronmill.processor set linger = '71582788 months -2147483640 days 23 hours'",
            ] {
                let error = try await expectedError { try await fixture.script(statement) }
                #expect(error.sqlState.map { $0.isClass("22") || $0.isClass("23") } == true, "\(statement): \(error)")
            }
            try await fixture.enqueue(1)
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("counts that a run-as role makes up are refused, and reports go on")
    func counts() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let runner = try await fixture.connect(as: fixture.runner)
            for counters in [
                "9223372036854775807, 0, 0, null, null, 0", "0, -1, 0, null, null, 0",
                "0, 0, 0, array[9223372036854775807], null, 0", "0, 0, 0, array[null]::bigint[], null, 0",
                "0, 0, 0, array_fill(1, array[1000]), null, 0",
            ] {
                let error = try await expectedError {
                    try await runner.script(
                        """
                        do $$ declare r cronmill.run_start; begin
                            r := cronmill.begin_run('work', 0);
                            perform cronmill.note_progress(r.processor_id, r, (\(counters))::cronmill.counters);
                        end $$
                        """
                    )
                }
                #expect(error.sqlState?.isClass("23") == true, "\(counters): \(error)")
            }
            await runner.close()
            #expect(try await fixture.cronmillHere("status").exitCode == 0)
        }
    }

    @Test("a handler that puts its task off for ever, or to a time that is none, hurts no other")
    func outcomes() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ? 'until' then
                        raise exception using errcode = 'MC101', detail = payload ->> 'until';
                    end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$;
                select cronmill.enqueue('work', '{"until": "infinity"}'), cronmill.enqueue('work', '{"until": "294277-01-01"}')
                """
            )
            try await fixture.enqueue(2)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
            #expect(
                try await fixture.rows("select task_id, run_at = '9999-12-31 00:00+00' as last from cronmill.task")
                    == ["1|t"]
            )
            #expect(try await fixture.rows("select task_id, error_sqlstate from cronmill.dead_task") == ["2|MC101"])
        }
    }

    @Test(
        "a setting that could not be reckoned with is refused by a constraint that says so",
        arguments: [
            ("timeout = '293000 years'", "timeout_in_range"),
            ("timeout = '30 days 00:00:00.000001'", "timeout_in_range"),
            ("timeout = '0'", "timeout_in_range"),
            ("linger = '8 days'", "linger_is_tick_or_a_duration"),
            ("linger = '178000000 years'", "linger_is_tick_or_a_duration"),
            ("backoff_cap = '366 days'", "backoff_in_range"),
            ("backoff_base = '-1 second'", "backoff_in_range"),
            ("poll_interval = '178000000 years'", "poll_interval_in_range"),
            ("keep_done = '36501 days'", "keep_done_in_range"),
            ("keep_dead = '178000000 years'", "keep_dead_in_range"),
            ("keep_attempts = '0'", "keep_attempts_in_range"),
            ("max_attempts = 10001", "max_attempts_in_range"),
            ("slots = 2147483647", "slots_in_range"),
        ]
    )
    func refused(assignment: String, constraint: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let error = try await expectedError {
                try await fixture.script("update cronmill.processor set \(assignment)")
            }
            #expect(error.sqlState == .checkViolation)
            #expect(
                error.message
                    == "new row for relation \"processor\" violates check constraint \"processor_\(constraint)\""
            )
        }
    }

    @Test("with every setting at its bound tasks are done and retried, and configure, sync and status read the row")
    func bounds() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                update cronmill.processor
                set timeout = '30 days', backoff_base = '365 days', backoff_cap = '365 days', poll_interval = '1 minute',
                    keep_done = '36500 days', keep_dead = '36500 days', keep_attempts = '36500 days', max_attempts = 10000, linger = '0';
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '1' then raise exception 'no'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.done() == [2, 3])
            #expect(
                try await fixture.rows("select attempts, run_at > now() + '200 days' from cronmill.task") == ["1|t"]
            )
            for command in [
                ["status"], ["sync", "--check"], ["export"], ["prune", "--dry-run"],
                ["configure", "work", "--timeout", "1m"],
            ] {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
            }
            #expect(try await fixture.rows("select timeout from cronmill.processor") == ["00:01:00"])
            // The longest run of all begins and can be stopped.
            try await fixture.script("update cronmill.processor set linger = '7 days'")
            let run = Task { try await fixture.call() }
            try await eventually("it runs") {
                try await fixture.rows("select running from cronmill.processor_status") == ["1"]
            }
            try await fixture.script("update cronmill.processor set paused = true, poll_interval = '20 milliseconds'")
            _ = try await fixture.rows(
                "select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and usename = \(fixture.runner)"
            )
            _ = await run.result
        }
    }
}

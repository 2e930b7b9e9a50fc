import Postgres
import Testing

/// `cronmill process`.
@Suite("process", .timeLimit(.minutes(60)))
struct ProcessTests {
    /// The one line that is written, without the time it took.
    private func summary(_ result: ProgramResult) -> String {
        result.errors.replacing(#/in [^;]*;/#) { _ in "in T;" }
    }

    @Test("tasks are worked off by the run-as role, in slot 0, of a processor that is disabled")
    func works() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script("alter table app.done add role name default current_user")
            try await fixture.enqueue(1000)
            let result = try await fixture.cronmillHere("process", "work")
            #expect(result.exitCode == 0)
            #expect(result.output == "")
            #expect(summary(result) == "\(fixture.database): 1,000 tasks done, in T; 0 ready\n")
            #expect(try await fixture.done() == Array(1...1000))
            #expect(try await fixture.rows("select distinct role from app.done") == [fixture.runner])
            #expect(
                try await fixture.rows(
                    """
                    select s.slot, r.done, r.failed, r.dead, r.end_reason, s.start_number = s.ended_number as is_clean
                    from cronmill.run as r join cronmill.slot as s on s.slot_id = r.slot_id
                    """
                ) == ["0|1000|0|0|empty|t"]
            )
        }
    }

    @Test("a limit is kept")
    func limit() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(100)
            let result = try await fixture.cronmillHere("process", "work", "--limit", "30")
            #expect(summary(result) == "\(fixture.database): 30 tasks done, in T; 70 ready\n")
            #expect(try await fixture.done() == Array(1...30))
        }
    }

    @Test("a paused processor is refused, and processes again when resumed")
    func paused() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(3)
            _ = try await fixture.cronmillHere("pause", "work")
            #expect(
                try await fixture.cronmillHere("process", "work")
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: processor "work" is paused
                            cronmill: detail: (in database "\(fixture.database)", SQLSTATE MC011)
                            cronmill: hint: cronmill resume work --database \(fixture.database)

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.done() == [])
            _ = try await fixture.cronmillHere("resume", "work")
            #expect(try await fixture.cronmillHere("process", "work").exitCode == 0)
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("a role whose transactions are serializable is refused, with the line that changes it")
    func serializable() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(3)
            try await fixture.script("alter role \(fixture.runner) set default_transaction_isolation = serializable")
            let alter =
                "alter role \(fixture.runner) in database \(fixture.database) set default_transaction_isolation = 'read committed'"
            #expect(
                try await fixture.cronmillHere("process", "work")
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: processor "work" cannot run in serializable transactions
                            cronmill: detail: That is what default_transaction_isolation says for this role or this database. \
                            (in database "\(fixture.database)", SQLSTATE MC016)
                            cronmill: hint: \(alter)

                            """,
                        exitCode: 1
                    )
            )
            try await fixture.script(alter)
            #expect(try await fixture.cronmillHere("process", "work").exitCode == 0)
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("a second one is told that slot 0 is busy, and the first is not disturbed")
    func busy() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language sql begin atomic
                    select pg_sleep(20);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            try await fixture.enqueue(1)
            let first = Task { try await fixture.cronmillHere("process", "work") }
            try await eventually("the first is at work", within: .seconds(20)) {
                try await fixture.rows("select running from cronmill.processor_status") == ["1"]
            }
            #expect(
                try await fixture.cronmillHere("process", "work")
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: slot 0 of processor "work" is busy
                            cronmill: detail: Somebody else is processing this queue in the foreground. \
                            (in database "\(fixture.database)", SQLSTATE MC006)

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await first.value.exitCode == 0)
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("where one cannot connect as the run-as role, the line to run is printed, and nothing is done")
    func needsPassword() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1)
            // The role has no password, and over TCP this server asks for one.
            try await fixture.script("create role \(fixture.runner)_admin superuser login password 'secret'")
            let port = String(fixture.server.port)
            let result = try await fixture.cronmill(
                ["process", "work", "--database", fixture.database],
                environment: [
                    "DB_HOST": "127.0.0.1", "DB_USER": "\(fixture.runner)_admin", "DB_PASSWORD": "secret",
                ]
            )
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: processor "work" runs as role "\(fixture.runner)", and one cannot connect as it from here
                            cronmill: detail: connection to server at "127.0.0.1", port \(port) failed: \
                            fe_sendauth: no password supplied
                            cronmill: hint: Give that role's password in a password file, or run: \
                            psql -h 127.0.0.1 -p \(port) -U \(fixture.runner) -d \(fixture.database) \
                            -c 'call cronmill_processor.work(0)'

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.done() == [])
        }
    }
}

import Postgres
import Testing

/// `cronmill.processor` changed by plain SQL.
@Suite("Processor rows", .timeLimit(.minutes(60)))
struct ProcessorRowTests {
    private func active(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows("select active from cron.job where database = \(fixture.database) order by jobid")
    }

    @Test("a change of enabled reaches cron.job with its commit, and not before")
    func commit() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            #expect(try await active(fixture) == ["t", "t"])
            let connection = try await fixture.connect()
            try await connection.script("begin; update cronmill.processor set enabled = false where name = 'work'")
            #expect(try await active(fixture) == ["t", "t"])
            try await connection.script("commit")
            #expect(try await active(fixture) == ["f", "f"])
        }
    }

    @Test("a rollback and a rollback to a savepoint take the change of cron.job back")
    func rollBack() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            try await fixture.script("begin; update cronmill.processor set enabled = false; rollback")
            #expect(try await active(fixture) == ["t", "t"])
            try await fixture.script(
                """
                begin;
                savepoint a;
                update cronmill.processor set enabled = false;
                rollback to a;
                update cronmill.processor set slots = 1;
                commit
                """
            )
            #expect(try await active(fixture) == ["t"])
        }
    }

    @Test("an invalid schedule aborts the statement, with the reason")
    func schedule() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect()
            let error = try await expectedError {
                try await connection.execute("update cronmill.processor set schedule = '*/30 * * * * *'")
            }
            #expect(error.sqlState == "MC005")
            #expect(error.message == "invalid schedule: */30 * * * * *")
            #expect(error.detail?.hasPrefix("It has 6 fields; pg_cron reads five and ignores the rest.") == true)
            let other = try await expectedError {
                try await connection.execute("update cronmill.processor set schedule = '61 * * * *'")
            }
            #expect(other.message == "invalid schedule: 61 * * * *")
            #expect(try await fixture.rows("select schedule from cronmill.processor") == [Fixture.never])
        }
    }

    @Test("TRUNCATE of the processors is refused, and their jobs stay")
    func truncate() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let before = try await fixture.jobs()
            let error = try await expectedError { try await fixture.script("truncate cronmill.processor cascade") }
            #expect(error.sqlState == "MC002")
            #expect(error.message == "processors cannot be truncated")
            #expect(try await fixture.jobs() == before)
        }
    }

    @Test(
        "what no run goes without is not truncated or deleted",
        arguments: [
            ("truncate cronmill.task", "tasks cannot be truncated", "cronmill remove --queue NAME"),
            ("truncate cronmill.dead_task", "dead tasks cannot be truncated", "cronmill remove --queue NAME"),
            ("truncate cronmill.node", "graphs cannot be truncated", "cronmill graph cancel"),
            ("truncate cronmill.graph", "graphs cannot be truncated", "cronmill graph cancel"),
            ("truncate cronmill.slot cascade", "slots cannot be truncated", "cronmill remove NAME"),
            (
                "truncate cronmill.installation", "the row of the installation cannot be truncated",
                "cronmill remove --everything"
            ),
            (
                "delete from cronmill.installation", "the row of the installation cannot be deleted",
                "cronmill remove --everything"
            ),
        ]
    )
    func kept(statement: String, message: String, hint: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(1)
            let error = try await expectedError { try await fixture.script(statement) }
            #expect(error.sqlState == "MC002")
            #expect(error.message == message)
            #expect(error.hint?.contains(hint) == true)
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("deleting a processor's row unschedules its jobs")
    func delete() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            try await fixture.script("delete from cronmill.processor where name = 'work'")
            #expect(try await fixture.jobs() == [])
        }
    }

    @Test("a processor cannot be renamed, nor run as a role that may not log in")
    func refused() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let renamed = try await expectedError {
                try await fixture.script("update cronmill.processor set name = 'play'")
            }
            #expect(renamed.sqlState == "MC002")
            #expect(renamed.message == "processor \"work\" cannot be renamed or given another queue")
            let role = try await expectedError {
                try await fixture.script("update cronmill.processor set run_as = 'pg_monitor'")
            }
            #expect(role.sqlState == "MC009")
            #expect(role.message == "role \"pg_monitor\" is not permitted to log in")
            let unpermitted = try await expectedError {
                try await fixture.script("update cronmill.processor set run_as = 'postgres'")
            }
            #expect(unpermitted.sqlState == "MC009")
            #expect(unpermitted.message == "jobs of database \"\(fixture.database)\" may not run as role \"postgres\"")
        }
    }
}

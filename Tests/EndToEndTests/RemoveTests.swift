import Postgres
import Testing

/// `cronmill remove`.
@Suite("remove", .timeLimit(.minutes(60)))
struct RemoveTests {
    @Test("removing a processor unschedules it and leaves its queue with its tasks")
    func processor() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(3)
            let result = try await fixture.cronmillHere("remove", "work")
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: "\(fixture.database): unschedule and drop processor work\n",
                        exitCode: 0
                    )
            )
            #expect(try await fixture.jobs() == [])
            #expect(try await fixture.rows("select name from cronmill.processor") == [])
            #expect(try await fixture.rows("select to_regproc('cronmill_processor.work')") == ["-"])
            #expect(
                try await fixture.rows(
                    "select q.name, count(*) from cronmill.task as t join cronmill.queue as q using (queue_id) group by q.name"
                ) == ["work|3"]
            )
            // The next processor of the queue does them.
            try await fixture.setUp("--enable")
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("a queue with tasks is not dropped without being told so")
    func queue() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(3)
            let refused = try await fixture.cronmillHere("remove", "--queue", "work")
            #expect(
                refused
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: 3 tasks of database "\(fixture.database)" would be dropped
                            cronmill: hint: Say so with --yes.

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["3"])
            #expect(try await fixture.jobs().count == 1)
            #expect(try await fixture.rows("select enabled, paused from cronmill.processor") == ["t|f"])
            #expect(try await fixture.cronmillHere("remove", "--queue", "work", "--yes").exitCode == 0)
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(try await fixture.rows("select name from cronmill.queue") == [])
            #expect(try await fixture.jobs() == [])
        }
    }

    @Test("an empty queue is dropped without asking")
    func emptyQueue() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            #expect(try await fixture.cronmillHere("remove", "--queue", "work").exitCode == 0)
            #expect(try await fixture.rows("select name from cronmill.queue") == [])
        }
    }

    @Test("the registry is not removed while a database is registered")
    func registry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let result = try await fixture.cronmill(["remove", "--cron"])
            #expect(result.exitCode == 1)
            #expect(result.errors.hasPrefix("cronmill: error: work databases are still registered: "))
            #expect(result.errors.contains(fixture.database))
            #expect(result.errors.hasSuffix("\ncronmill: hint: First: cronmill remove --all --everything\n"))
            #expect(try await fixture.jobs().count == 1)
        }
    }

    @Test(
        "a database that was dropped is struck out with its jobs and its link's role; a name that never was is an error"
    )
    func dropped() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                "alter database \(fixture.database) rename to \(fixture.database)_away",
                in: "postgres"
            )
            let removed = try await fixture.cronmill([
                "remove", "--everything", "--yes", "--database", fixture.database,
            ])
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.cronRows("select jobid from cron.job where database = \(fixture.database)") == [])
            let left = try await fixture.cronRows(
                "select rolname from pg_roles where rolname = \("cronmill link \(fixture.database)")"
            )
            #expect(left == [])
            let again = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", fixture.database])
            #expect(again.exitCode == 2)
            try await fixture.script(
                "alter database \(fixture.database)_away rename to \(fixture.database)",
                in: "postgres"
            )
        }
    }
}

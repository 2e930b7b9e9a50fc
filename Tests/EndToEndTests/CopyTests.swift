import Postgres
import Testing

/// A copy of a work database.
@Suite("Copies", .timeLimit(.minutes(60)))
struct CopyTests {
    @Test("in a copy nothing runs and nothing can be changed, and the original's jobs are untouched")
    func copy() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(3)
            let copy = "\(fixture.database)_copy"
            let jobs = try await fixture.jobs()
            try await eventually("nobody is connected to the original", within: .seconds(20)) {
                try await fixture.cronRows("select pid from pg_stat_activity where datname = \(fixture.database)") == []
            }
            try await fixture.script("create database \(copy) template \(fixture.database)", in: "postgres")
            let run = try await expectedError { try await fixture.call(in: copy) }
            #expect(run.sqlState == "MC007")
            #expect(run.message == "database \"\(copy)\" is not the one Cronmill was installed in")
            #expect(
                run.detail == "Since then it is named \"\(copy)\" now, and was \"\(fixture.database)\": "
                    + "it was copied, restored, renamed or promoted."
            )
            for change in ["update cronmill.processor set enabled = false", "delete from cronmill.processor"] {
                let error = try await expectedError { try await fixture.script(change, in: copy) }
                #expect(error.sqlState == "MC007")
            }
            #expect(try await fixture.rows("select enabled from cronmill.processor", in: copy) == ["t"])
            #expect(try await fixture.jobs() == jobs)
            #expect(try await fixture.done(in: copy) == [])
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("an adopted copy has jobs and a link of its own, and the original keeps its own")
    func adopted() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(3)
            let copy = "\(fixture.database)_copy"
            try await eventually("nobody is connected to the original", within: .seconds(20)) {
                try await fixture.cronRows("select pid from pg_stat_activity where datname = \(fixture.database)") == []
            }
            try await fixture.script("create database \(copy) template \(fixture.database)", in: "postgres")
            let jobs = try await fixture.jobs()
            for arguments in [["sync"], ["setup"]] {
                let refused = try await fixture.cronmill(arguments + ["--database", copy])
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains("hint: If this database is to take over: cronmill sync --adopt"))
            }
            let adopted = try await fixture.cronmill(["sync", "--adopt", "--database", copy])
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(try await fixture.jobs() == jobs)
            let copied = try await fixture.cronRows(
                "select j.command, j.active from cron.job as j where j.database = \(copy) order by 1"
            )
            #expect(copied == ["call cronmill_processor.work(1)|t"])
            try await fixture.call(in: copy)
            #expect(try await fixture.done(in: copy) == [1, 2, 3])
            try await fixture.script("update cronmill.processor set enabled = false", in: copy)
            try await fixture.script("update cronmill.processor set slots = 2", in: fixture.database)
            let active = try await fixture.cronRows(
                "select j.database, j.active from cron.job as j where j.database in (\(copy), \(fixture.database)) order by 1"
            )
            #expect(active == ["\(fixture.database)|t", "\(fixture.database)|t", "\(copy)|f"])
            let again = try await fixture.cronmill(["sync", "--adopt", "--database", copy])
            #expect(again.errors == "\(copy): nothing to change\n")
            let check = try await fixture.cronmill([
                "sync", "--check", "--database", copy, "--database", fixture.database,
            ])
            #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
            let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", copy])
            #expect(removed.exitCode == 0, "\(removed.errors)")
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }
}

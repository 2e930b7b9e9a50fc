import Postgres
import Testing

/// A copy of a work database.
@Suite("Copies", .timeLimit(.minutes(60)))
struct CopyTests {
    @Test("in a copy nothing runs and nothing can be changed, and the original's jobs are untouched")
    func copy() async throws {
        try await withDatabases { place in
            try await place.setUp("--enable")
            try await place.enqueue(3)
            let copy = "\(place.database)_copy"
            let jobs = try await place.jobs()
            try await eventually("nobody is connected to the original", within: .seconds(20)) {
                try await place.cronRows("select pid from pg_stat_activity where datname = \(place.database)") == []
            }
            try await place.script("create database \(copy) template \(place.database)", in: "postgres")
            let run = try await expectedError { try await place.call(in: copy) }
            #expect(run.sqlState == "MC007")
            #expect(run.message == "database \"\(copy)\" is not the one Cronmill was installed in")
            #expect(
                run.detail == "Since then it is named \"\(copy)\" now, and was \"\(place.database)\": "
                    + "it was copied, restored, renamed or promoted."
            )
            for change in ["update cronmill.processor set enabled = false", "delete from cronmill.processor"] {
                let error = try await expectedError { try await place.script(change, in: copy) }
                #expect(error.sqlState == "MC007")
            }
            #expect(try await place.rows("select enabled from cronmill.processor", in: copy) == ["t"])
            #expect(try await place.jobs() == jobs)
            #expect(try await place.done(in: copy) == [])
            try await place.call()
            #expect(try await place.done() == [1, 2, 3])
        }
    }

    @Test("an adopted copy has jobs and a link of its own, and the original keeps its own")
    func adopted() async throws {
        try await withDatabases { place in
            try await place.setUp("--enable")
            try await place.enqueue(3)
            let copy = "\(place.database)_copy"
            try await eventually("nobody is connected to the original", within: .seconds(20)) {
                try await place.cronRows("select pid from pg_stat_activity where datname = \(place.database)") == []
            }
            try await place.script("create database \(copy) template \(place.database)", in: "postgres")
            let jobs = try await place.jobs()
            for arguments in [["sync"], ["setup"]] {
                let refused = try await place.cronmill(arguments + ["--database", copy])
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains("hint: If this database is to take over: cronmill sync --adopt"))
            }
            let adopted = try await place.cronmill(["sync", "--adopt", "--database", copy])
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(try await place.jobs() == jobs)
            let copied = try await place.cronRows(
                "select j.command, j.active from cron.job as j where j.database = \(copy) order by 1"
            )
            #expect(copied == ["call cronmill_processor.work(1)|t"])
            try await place.call(in: copy)
            #expect(try await place.done(in: copy) == [1, 2, 3])
            try await place.script("update cronmill.processor set enabled = false", in: copy)
            try await place.script("update cronmill.processor set slots = 2", in: place.database)
            let active = try await place.cronRows(
                "select j.database, j.active from cron.job as j where j.database in (\(copy), \(place.database)) order by 1"
            )
            #expect(active == ["\(place.database)|t", "\(place.database)|t", "\(copy)|f"])
            let again = try await place.cronmill(["sync", "--adopt", "--database", copy])
            #expect(again.errors == "\(copy): nothing to change\n")
            let check = try await place.cronmill(["sync", "--check", "--database", copy, "--database", place.database])
            #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
            let removed = try await place.cronmill(["remove", "--everything", "--yes", "--database", copy])
            #expect(removed.exitCode == 0, "\(removed.errors)")
            try await place.call()
            #expect(try await place.done() == [1, 2, 3])
        }
    }
}

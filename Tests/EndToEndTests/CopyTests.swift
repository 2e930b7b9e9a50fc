import Postgres
import Testing

/// A copy of a work database.
@Suite("Copies", .timeLimit(.minutes(5)))
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
}

import Postgres
import Testing

/// `cronmill.processor` changed by plain SQL.
@Suite("Processor rows", .timeLimit(.minutes(5)))
struct ProcessorRowTests {
    private func failure(_ body: () async throws -> Void) async throws -> PostgresError {
        try #require(await #expect(throws: PostgresError.self) { try await body() })
    }

    private func active(_ place: Workplace) async throws -> [String] {
        try await place.cronRows("select active from cron.job where database = \(place.database) order by jobid")
    }

    @Test("a change of enabled reaches cron.job with its commit, and not before")
    func commit() async throws {
        try await withDatabases { place in
            try await place.setUp("--slots", "2", "--enable")
            #expect(try await active(place) == ["t", "t"])
            let connection = try await place.connect()
            try await connection.script("begin; update cronmill.processor set enabled = false where name = 'work'")
            #expect(try await active(place) == ["t", "t"])
            try await connection.script("commit")
            #expect(try await active(place) == ["f", "f"])
        }
    }

    @Test("a rollback and a rollback to a savepoint take the change of cron.job back")
    func rollBack() async throws {
        try await withDatabases { place in
            try await place.setUp("--slots", "2", "--enable")
            try await place.script("begin; update cronmill.processor set enabled = false; rollback")
            #expect(try await active(place) == ["t", "t"])
            try await place.script(
                """
                begin;
                savepoint a;
                update cronmill.processor set enabled = false;
                rollback to a;
                update cronmill.processor set slots = 1;
                commit
                """
            )
            #expect(try await active(place) == ["t"])
        }
    }

    @Test("an invalid schedule aborts the statement, with the reason")
    func schedule() async throws {
        try await withDatabases { place in
            try await place.setUp()
            let connection = try await place.connect()
            let error = try await failure {
                try await connection.execute("update cronmill.processor set schedule = '*/30 * * * * *'")
            }
            #expect(error.sqlState == "MC005")
            #expect(error.message == "invalid schedule: */30 * * * * *")
            #expect(error.detail?.hasPrefix("It has 6 fields; pg_cron reads five and ignores the rest.") == true)
            let other = try await failure {
                try await connection.execute("update cronmill.processor set schedule = '61 * * * *'")
            }
            #expect(other.message == "invalid schedule: 61 * * * *")
            #expect(try await place.rows("select schedule from cronmill.processor") == [Workplace.never])
        }
    }
}

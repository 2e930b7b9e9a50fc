import Foundation
import Postgres
import Testing

/// Attempts that failed, of processors that keep them.
@Suite("Failed attempts", .timeLimit(.minutes(60)))
struct FailedAttemptTests {
    private struct Whole: Decodable {
        var failedAttempts: [Attempt]

        struct Attempt: Decodable {
            var attempt: Int
            var beganAt: String?
            var seconds: Double?
            var sqlstate: String
            var message: String
            var runId: Int?
        }
    }

    /// Sleeps as long as the payload says, and fails with its words; `dead` has the handler say so; `gone` ends the backend.
    private static let handler = """
        create or replace function app.work(payload jsonb) returns cronmill.outcome language plpgsql as $$
        begin
            perform pg_sleep((payload ->> 'sleep')::float8);
            if payload ? 'gone' then perform pg_terminate_backend(pg_backend_pid()); end if;
            if payload ? 'dead' then return cronmill.dead(payload ->> 'dead'); end if;
            if payload ? 'later' then raise exception using errcode = 'MC101', detail = now() + interval '1 day'; end if;
            if payload ? 'fail' then raise exception '%', payload ->> 'fail' using errcode = 'AB123'; end if;
            return cronmill.done();
        end $$;
        """

    private func setUp(_ fixture: Fixture, _ more: String...) async throws {
        try await fixture.script("drop function app.work(jsonb)")
        try await fixture.script("create function app.work(payload jsonb) returns void language sql as 'select'")
        let result = try await fixture.cronmill(
            fixture.setupArguments(["--enable", "--max-attempts", "2", "--backoff-base", "0"] + more)
        )
        try #require(result.exitCode == 0, "\(result.errors)")
        try await fixture.script("drop function app.work(jsonb); \(Self.handler)")
        let again = try await fixture.cronmill(fixture.setupArguments(["--handler", "app.work"]))
        try #require(again.exitCode == 0, "\(again.errors)")
    }

    private func attempts(_ id: String, _ fixture: Fixture) async throws -> [Whole.Attempt] {
        let result = try await fixture.cronmillHere("tasks", id, "--json")
        try #require(result.exitCode == 0, "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Whole.self, from: Data(result.output.utf8)).failedAttempts
    }

    private func enqueue(_ payload: String, _ fixture: Fixture) async throws -> String {
        try #require(try await fixture.rows("select cronmill.enqueue('work', \(payload)::jsonb)").first)
    }

    @Test("each failed attempt of a task is kept in order, with its time and error; unless asked for none is")
    func kept() async throws {
        try await withDatabases { fixture in
            try await setUp(fixture)
            let before = try await enqueue(#"{"fail": "unseen"}"#, fixture)
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from cronmill.failed_attempt") == ["0"])
            #expect(try await attempts(before, fixture).isEmpty)

            let configured = try await fixture.cronmillHere("configure", "work", "--keep-attempts", "7d")
            #expect(configured.errors.contains(": keep-attempts 0 -> 7d\n"), "\(configured.errors)")
            let failing = try await enqueue(#"{"fail": "no luck", "sleep": 0.05}"#, fixture)
            let dead = try await enqueue(#"{"dead": "no such address"}"#, fixture)
            _ = try await enqueue(#"{"later": true}"#, fixture)
            try await fixture.enqueue(20)
            try await fixture.call()
            var seen = try await attempts(failing, fixture)
            #expect(
                seen.map { "\($0.attempt) \($0.sqlstate) \($0.message)" } == ["1 AB123 no luck", "2 AB123 no luck"]
            )
            for attempt in seen {
                #expect((0.05..<1).contains(try #require(attempt.seconds)))
                #expect(try await fixture.rows("select 1 from cronmill.run where run_id = \(attempt.runId)") == ["1"])
            }
            let ended = try await attempts(dead, fixture)
            #expect(ended.map { "\($0.attempt) \($0.sqlstate) \($0.message)" } == ["1 MC102 no such address"])
            #expect(try await fixture.rows("select count(*) from cronmill.failed_attempt") == ["3"])
            let text = try await fixture.cronmillHere("tasks", failing).output
            #expect(
                text.contains(#/\nfailures\n  1: .+ m?s, AB123: no luck\n  2: .+ m?s, AB123: no luck\n/#),
                "\(text)"
            )

            // A redrive begins anew, and what was is not forgotten.
            #expect(try await fixture.cronmillHere("redrive", "--id", failing).exitCode == 0)
            try await fixture.call()
            seen = try await attempts(failing, fixture)
            #expect(seen.map(\.attempt) == [1, 2, 1, 2])
            let anew = try await fixture.cronmillHere("tasks", failing).output
            #expect(anew.contains(#/\n  2: .+\n  put back\n  1: .+\n  2: .+\n/#), "\(anew)")
        }
    }

    @Test("an attempt whose backend is gone is kept, too; none is where its transaction was rolled back")
    func gone() async throws {
        try await withDatabases { fixture in
            try await setUp(fixture, "--keep-attempts", "7d", "--timeout", "1m")
            let id = try await enqueue(#"{"gone": true}"#, fixture)
            try await eventually("it is dead", within: .seconds(60)) {
                // The backend ends in it.
                _ = try? await fixture.call()
                return try await fixture.rows("select task_id from cronmill.dead_task") == [id]
            }
            let seen = try await attempts(id, fixture)
            #expect(seen.map { "\($0.attempt) \($0.sqlstate)" } == ["1 MC020", "2 MC020"])
            #expect(seen.allSatisfy { $0.seconds == nil && $0.beganAt != nil && $0.runId != nil })
        }
    }

    @Test("they go when they are old enough, and all when none are kept any more")
    func pruned() async throws {
        try await withDatabases { fixture in
            try await setUp(fixture, "--keep-attempts", "2h")
            try await fixture.script(
                """
                insert into cronmill.failed_attempt (task_id, queue_id, attempt, failed_at, error_sqlstate, error_message)
                select n, q.queue_id, 1, clock_timestamp() - n * interval '50 minutes', 'XX000', 'no'
                from cronmill.queue as q cross join generate_series(1, 5) as n
                """
            )
            let left: SQL = "select count(*) from cronmill.failed_attempt"
            #expect(try await fixture.cronmillHere("prune", "--dry-run", "--json").output.contains("\"counters\": 3"))
            #expect(try await fixture.rows(left) == ["5"])
            #expect(try await fixture.cronmillHere("prune").exitCode == 0)
            #expect(try await fixture.rows(left) == ["2"])
            #expect(try await fixture.cronmillHere("configure", "work", "--keep-attempts", "0").exitCode == 0)
            #expect(try await fixture.cronmillHere("prune").exitCode == 0)
            #expect(try await fixture.rows(left) == ["0"])
        }
    }

    @Test("a monitor reads them, as the errors of dead tasks, and a producer does not")
    func rights() async throws {
        try await withDatabases { fixture in
            try await setUp(fixture)
            for part in ["monitor", "producer"] {
                let role = "\(fixture.runner)_\(part)"
                try await fixture.script("create role \(role) login")
                let queue = part == "producer" ? ["--queue", "work"] : []
                #expect(try await fixture.cronmillHere(["grant", part, role] + queue).exitCode == 0)
                let connection = try await fixture.connect(as: role)
                let reads: SQL = "select error_message from cronmill.failed_attempt"
                if part == "monitor" {
                    try await connection.execute(reads)
                } else {
                    let error = try await expectedError { try await connection.execute(reads) }
                    #expect(error.sqlState == .insufficientPrivilege)
                }
                await connection.close()
            }
        }
    }
}

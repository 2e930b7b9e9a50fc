import Postgres
import Testing

@testable import Cronmill

/// The two halves are two commits: what one of them alone leaves behind is found, and repaired.
@Suite("Between the two commits", .timeLimit(.minutes(60)))
struct CrashTests {
    /// Commits the change in the registry and loses it here: the foreign transaction commits first, and of two
    /// serializable transactions that have each read what the other has written the second fails when it commits.
    private func loseLocalCommit(of change: String, _ fixture: Fixture) async throws {
        try await fixture.script("create table app.one (n integer); create table app.other (n integer)")
        let (first, second) = (try await fixture.connect(), try await fixture.connect())
        for connection in [first, second] { try await connection.script("begin isolation level serializable") }
        try await first.script("select count(*) from app.one")
        try await second.script("select count(*) from app.other")
        try await first.script("\(change); insert into app.other values (1)")
        try await second.script("insert into app.one values (1); commit")
        let lost = try await expectedError { try await first.script("commit") }
        #expect(lost.sqlState == .serializationFailure)
        await first.close()
        await second.close()
    }

    @Test(
        "a change that only the registry has is said and undone",
        arguments: [
            (
                "update cronmill.processor set slots = 3, schedule = '5 5 5 5 *'",
                ["schedule is \(Fixture.never), the registry has 5 5 5 5 *", "slots is 1, the registry has 3"]
            ),
            ("delete from cronmill.processor", ["the registry does not know it"]),
        ]
    )
    func foreignOnly(change: String, findings: [String]) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let jobs = try await fixture.jobs()
            try await loseLocalCommit(of: change, fixture)
            #expect(try await fixture.jobs() != jobs)
            let text = findings.map { "\(fixture.database): work: \($0)\n" }.joined()
            #expect(
                try await fixture.cronmillHere("sync", "--check")
                    == ProgramResult(output: text, errors: "", exitCode: 3)
            )
            let repaired = try await fixture.cronmillHere("sync")
            #expect(repaired.exitCode == 0, "\(repaired.errors)")
            #expect(try await fixture.jobs() == jobs)
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
        }
    }

    @Test("without the link the work database is changed first, and what was cut off after it is completed")
    func unlinked() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script("alter role \"cronmill link \(fixture.database)\" nologin", in: "postgres")
            let deployment = fixture.server.deployment
            let plan = try await deployment.plan(.enable, ["work"], in: fixture.database)
            // It waits in the cron database, and is ended there.
            let blocker = try await fixture.connect("postgres")
            try await blocker.script("begin; lock table cronmill_cron.processor in share mode")
            let applied = Task { try await deployment.apply(plan) }
            var waiting: [String] = []
            try await eventually("it waits for the registry", within: .seconds(30)) {
                waiting = try await fixture.cronRows(
                    """
                    select a.pid from pg_stat_activity as a
                    where a.wait_event_type = 'Lock' and a.query like '%take_settings%' and a.query like \("%\(fixture.database)%")
                    """
                )
                return waiting.count == 1
            }
            _ = try await fixture.cronRows("select pg_terminate_backend(\(waiting[0])::integer)")
            let error = await #expect(throws: PostgresError.self) { try await applied.value }
            #expect(error?.sqlState == "57P01")
            await blocker.close()

            #expect(try await fixture.rows("select enabled from cronmill.processor") == ["t"])
            #expect(try await fixture.jobs().map { $0.hasSuffix("|f") } == [true])
            let text = "\(fixture.database): work: enabled is t, the registry has f\n"
            #expect(
                try await fixture.cronmillHere("sync", "--check")
                    == ProgramResult(output: text, errors: "", exitCode: 3)
            )
            let repaired = try await fixture.cronmillHere("sync")
            #expect(repaired.exitCode == 0, "\(repaired.errors)")
            #expect(try await fixture.jobs().map { $0.hasSuffix("|t") } == [true])
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
        }
    }

    @Test("with a link that cannot log in set-up, import and removal go on, from the command line")
    func commands() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script("alter role \"cronmill link \(fixture.database)\" nologin", in: "postgres")
            func goes(_ arguments: [String], input: String = "", jobs: Int) async throws {
                let result = try await fixture.cronmill(
                    arguments + ["--database", fixture.database],
                    input: Array(input.utf8)
                )
                #expect(result.exitCode == 0, "\(arguments): \(result.errors)")
                #expect(result.errors.contains("cannot log in; renew its password: cronmill rotate-password"))
                #expect(try await fixture.jobs().count == jobs, "\(arguments)")
                #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
            }
            try await goes(
                ["setup", "--queue", "second", "--handler", "app.work", "--run-as", fixture.runner, "--enable"],
                jobs: 2
            )
            let exported = try await fixture.cronmillHere("export")
            try await goes(
                ["import"],
                input: exported.output.replacing("    1, -- slots", with: "    3, -- slots"),
                jobs: 6
            )
            try await goes(["remove", "second"], jobs: 3)
            try await goes(["remove", "--queue", "work", "--yes"], jobs: 0)
            let removed = try await fixture.cronmillHere("remove", "--everything", "--yes")
            #expect(removed.exitCode == 0, "\(removed.errors)")
        }
    }
}

import Postgres
import Testing

/// `cronmill sync`: what somebody changed behind its back is said, and repaired.
@Suite("sync", .timeLimit(.minutes(60)))
struct SyncTests {
    /// What somebody does by hand, and what is said of it; DB, RUNNER and J1, J2 (the jobids) are filled in.
    struct Drift: Sendable, CustomTestStringConvertible {
        var statement: String
        var isInCronDatabase = true
        var findings: [String]
        var testDescription: String { statement }
    }

    static let drifts = [
        Drift(
            statement: "select cron.unschedule(J2)",
            findings: ["work#2: its job J2 is gone from cron.job"]
        ),
        Drift(
            statement: "select cron.alter_job(J1, schedule := '5 5 5 5 *')",
            findings: ["work#1: job J1 has schedule 5 5 5 5 *, the processor 0 0 31 2 *"]
        ),
        Drift(
            statement: "select cron.alter_job(J1, active := false)",
            findings: ["work#1: job J1 is not active, the processor is enabled"]
        ),
        Drift(
            statement: "select cron.alter_job(J2, command := 'select 1')",
            findings: ["work#2: job J2 has another command: select 1"]
        ),
        Drift(
            statement: "select cron.alter_job(J2, database := 'template1')",
            findings: ["work#2: job J2 runs in database \"template1\""]
        ),
        Drift(
            statement: "update cron.job set username = 'postgres' where jobid = J1",
            findings: ["work#1: job J1 runs as \"postgres\", the processor as \"RUNNER\""]
        ),
        Drift(
            statement: """
                update cronmill_cron.processor as p set linger = '0', slots = 1
                from cronmill_cron.work_database as w
                where w.work_database_id = p.work_database_id and w.name = 'DB'
                """,
            findings: [
                "work: linger is tick, the registry has 0", "work: slots is 2, the registry has 1",
                "work#2: job J2 has no slot of a processor",
            ]
        ),
        Drift(
            statement: """
                delete from cronmill_cron.processor as p using cronmill_cron.work_database as w
                where w.work_database_id = p.work_database_id and w.name = 'DB'
                """,
            findings: [
                "work: the registry does not know it", "work#1: job J1 has no slot of a processor",
                "work#2: job J2 has no slot of a processor",
            ]
        ),
        Drift(
            statement: """
                create or replace procedure cronmill_processor.work(slot integer, task_limit bigint default null)
                language plpgsql as 'begin end'
                """,
            isInCronDatabase: false,
            findings: ["work: its procedure was changed by hand"]
        ),
        Drift(
            statement: "drop procedure cronmill_processor.work",
            isInCronDatabase: false,
            findings: ["work: its procedure is gone"]
        ),
    ]

    @Test("a change by hand is said, and repaired", arguments: drifts)
    func drift(_ drift: Drift) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            let good = try await fixture.jobs()
            let jobids = try await fixture.cronRows(
                "select jobid from cron.job where database = \(fixture.database) order by jobname"
            )
            func filled(_ text: String) -> String {
                text.replacing("DB", with: fixture.database).replacing("RUNNER", with: fixture.runner)
                    .replacing("J1", with: jobids[0]).replacing("J2", with: jobids[1])
            }
            let clean = ProgramResult(output: "", errors: "", exitCode: 0)
            #expect(try await fixture.cronmillHere("sync", "--check") == clean)

            try await fixture.script(filled(drift.statement), in: drift.isInCronDatabase ? "postgres" : nil)
            let findings = drift.findings.map { "\(fixture.database): \(filled($0))\n" }.joined()
            let found = try await fixture.cronmillHere("sync", "--check")
            #expect(found == ProgramResult(output: findings, errors: "", exitCode: 3))
            let foundAgain = try await fixture.cronmillHere("sync", "--check")
            #expect(foundAgain == found)

            let repaired = try await fixture.cronmillHere("sync")
            #expect(repaired.exitCode == 0, "\(repaired.errors)")
            #expect(repaired.output == findings)
            #expect(try await fixture.cronmillHere("sync", "--check") == clean)
            #expect(try await fixture.jobs() == good)
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("where nothing differs, sync changes nothing")
    func nothing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            let result = try await fixture.cronmillHere("sync")
            #expect(
                result == ProgramResult(output: "", errors: "\(fixture.database): nothing to change\n", exitCode: 0)
            )
        }
    }
}

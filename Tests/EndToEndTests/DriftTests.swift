import Postgres
import Testing

/// What comes apart is said in a sentence, and repaired as far as it is ours.
@Suite("Drift", .timeLimit(.minutes(60)))
struct DriftTests {
    static let clean = ProgramResult(output: "", errors: "", exitCode: 0)

    private func jobids(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows("select jobid from cron.job where database = \(fixture.database) order by jobname")
    }

    /// Checks that exactly this is found, lets `sync` repair it, and that nothing is left.
    private func repairs(_ fixture: Fixture, _ findings: [String]) async throws {
        let text = findings.map { "\(fixture.database): \($0)\n" }.joined()
        let checked = try await fixture.cronmillHere("sync", "--check")
        #expect(checked == ProgramResult(output: text, errors: "", exitCode: 3), "\(checked.output)\(checked.errors)")
        let repaired = try await fixture.cronmillHere("sync")
        #expect(repaired.exitCode == 0, "\(repaired.errors)")
        #expect(try await fixture.cronmillHere("sync", "--check") == Self.clean)
    }

    @Test("a job that was moved to another host is made anew")
    func nodename() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let job = try await jobids(fixture)[0]
            try await fixture.script("update cron.job set nodename = 'elsewhere' where jobid = \(job)", in: "postgres")
            let host = fixture.server.socketDirectory
            try await repairs(fixture, ["work#1: job \(job) connects to host \"elsewhere\", cron.host is \"\(host)\""])
            #expect(
                try await fixture.cronRows("select nodename from cron.job where database = \(fixture.database)") == [
                    host
                ]
            )
        }
    }

    @Test("a processor that only the registry has is shown with its jobs, and has a name as others have")
    func registryOnly() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            func take(_ name: String) async throws {
                _ = try await fixture.cronRows(
                    """
                    select cronmill_cron.take_settings(
                        \(fixture.database), \(name), true, 2, \(Fixture.never), '0', \(fixture.runner), false
                    )
                    """
                )
            }
            try await take("stray")
            let status = try await fixture.cronmillHere("status")
            #expect(
                status.output.contains("\n    only the registry has it, with 2 active of 2 jobs\n"),
                "\(status.output)"
            )
            #expect(
                status.errors
                    == "cronmill: warning: \(fixture.database): stray: only the registry has it, with 2 active of 2 "
                    + "jobs; repair: cronmill sync --database \(fixture.database)\n"
            )
            let one = try await fixture.cronmillHere("status", "stray")
            #expect(one.exitCode == 0 && one.output.contains("stray"))
            #expect(try await fixture.cronmillHere("sync").exitCode == 0)
            #expect(try await fixture.cronmillHere("status").errors == "")
            #expect(try await fixture.jobs().count == 1)
            let error = await #expect(throws: PostgresError.self) { try await take("a\u{1b}[2J") }
            #expect(error?.constraint == "processor_name_has_no_control_characters")
        }
    }

    @Test("a jobid that is another's now is not touched, and the slot gets a job of its own")
    func reusedJobid() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let job = try await jobids(fixture)[0]
            try await fixture.script(
                """
                update cron.job set jobname = 'backup \(fixture.database)', command = 'select 1', database = 'postgres',
                    active = false where jobid = \(job)
                """,
                in: "postgres"
            )
            let other: SQL = "select * from cron.job where jobname = \("backup \(fixture.database)")"
            let before = try await fixture.cronRows(other)
            try await repairs(
                fixture,
                [
                    "work#1: its job \(job) is gone from cron.job: that jobid is another's now, \"backup \(fixture.database)\""
                ]
            )
            #expect(try await fixture.cronRows(other) == before)
            let removed = try await fixture.cronmillHere("remove", "work")
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.cronRows(other) == before)
            try await fixture.script("select cron.unschedule(\(job))", in: "postgres")
        }
    }

    @Test("jobs that an older registry has not noted are noted again")
    func olderRegistry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            let jobs = try await jobids(fixture)
            try await fixture.script(
                "delete from cronmill_cron.job where database_name = '\(fixture.database)'",
                in: "postgres"
            )
            try await repairs(
                fixture,
                (1...2).flatMap {
                    ["work#\($0): has no job", "work#\($0): job \(jobs[$0 - 1]) is not noted in the registry"]
                }
            )
            #expect(try await jobids(fixture) == jobs)
        }
    }

    @Test("with a link that cannot log in, SQL is refused, a change behind the trigger is found, and commands work")
    func brokenLink() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script("alter role \"cronmill link \(fixture.database)\" nologin", in: "postgres")
            let error = try await expectedError { try await fixture.script("update cronmill.processor set slots = 3") }
            #expect(error.sqlState == "08001")
            #expect(try await fixture.rows("select slots from cronmill.processor") == ["1"])

            try await fixture.script(
                "set session_replication_role = replica; update cronmill.processor set slots = 2, enabled = false"
            )
            let job = try await jobids(fixture)[0]
            #expect(job != "")
            try await repairs(
                fixture,
                ["work: enabled is f, the registry has t", "work: slots is 2, the registry has 1"]
            )
            #expect(try await fixture.jobs().map { $0.hasSuffix("|f") } == [true, true])

            for (arguments, active) in [
                (["enable", "work"], ["t", "t"]), (["configure", "work", "--slots", "1"], ["t"]),
                (["disable", "work"], ["f"]),
            ] {
                let result = try await fixture.cronmillHere(arguments)
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(
                    try await fixture.cronRows("select active from cron.job where database = \(fixture.database)")
                        == active
                )
                #expect(try await fixture.cronmillHere("sync", "--check") == Self.clean)
            }
        }
    }

    @Test("a registry that is said to be told, by a role that is not the owner's, is told all the same")
    func claim() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let operatorRole = "\(fixture.runner)_operator"
            try await fixture.script("create role \(operatorRole) login", in: "postgres")
            let granted = try await fixture.cronmillHere("grant", "operator", operatorRole)
            #expect(granted.exitCode == 0, "\(granted.errors)")
            let connection = try await fixture.connect(as: operatorRole)
            try await connection.activating(
                "set cronmill.registry_is_told = 'yes'; update cronmill.processor set enabled = true"
            )
            #expect(try await fixture.jobs().map { $0.hasSuffix("|t") } == [true])
        }
    }

    @Test("a processor whose row is gone is struck out with its jobs")
    func rowGone() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.setUp(queue: "other", "--enable")
            let jobs = try await fixture.jobs()
            try await fixture.script(
                """
                alter table cronmill.processor disable trigger processor_2_sync;
                delete from cronmill.processor where name = 'work';
                alter table cronmill.processor enable trigger processor_2_sync
                """
            )
            try await repairs(fixture, ["work: the registry has it, the work database does not"])
            #expect(try await fixture.jobs() == jobs.filter { $0.contains("/other#") })
            try await fixture.setUp("--enable")
            #expect(try await fixture.jobs() == jobs)
        }
    }

    @Test("what the registry lost of roles is found, and known again")
    func roles() async throws {
        try await withDatabases { fixture in
            let monitor = "\(fixture.runner)_monitor"
            try await fixture.server.makeRole(monitor)
            try await fixture.setUp("--enable")
            _ = try await fixture.cronmillHere("grant", "monitor", monitor)
            try await fixture.script(
                """
                delete from cronmill_cron.run_as as a using cronmill_cron.work_database as w
                where w.work_database_id = a.work_database_id and w.name = '\(fixture.database)';
                delete from cronmill_cron.grantee as g using cronmill_cron.work_database as w
                where w.work_database_id = g.work_database_id and w.name = '\(fixture.database)';
                update cronmill_cron.work_database set link_role = null where name = '\(fixture.database)'
                """,
                in: "postgres"
            )
            try await repairs(
                fixture,
                [
                    "the registry has link role none, the link is cronmill link \(fixture.database)",
                    "work: the registry does not permit its role \(fixture.runner)",
                    "the registry does not know monitor \(monitor)",
                ]
            )
            try await fixture.script("update cronmill.processor set slots = 2")
            #expect(try await fixture.jobs().count == 2)
            let permissions = try await fixture.cronmillHere("check-permissions")
            for name in ["role \(fixture.runner):", "role \(monitor):", "role cronmill link \(fixture.database):"] {
                #expect(!permissions.output.contains(name), "\(permissions.output)")
            }
        }
    }

    @Test("a cron database restored from an older dump is told what has changed since")
    func olderDump() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--slots", "2", "--enable")
                try await fixture.setUp(queue: "removed", "--enable")
                let dump = try await server.client("pg_dump", ["postgres"])
                try #require(dump.exitCode == 0, "\(dump.errors)")
                for command in [["remove", "removed"], ["configure", "work", "--slots", "3"]] {
                    let result = try await fixture.cronmillHere(command)
                    try #require(result.exitCode == 0, "\(result.errors)")
                }
                try await fixture.setUp(queue: "late", "--enable")
                let jobs = try await fixture.jobs()
                try await fixture.script("drop schema cronmill_cron cascade; drop extension pg_cron", in: "postgres")
                let restored = try await server.client(
                    "psql",
                    ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
                    input: Array(dump.output.utf8)
                )
                try #require(restored.exitCode == 0, "\(restored.errors)")
                try await repairs(
                    fixture,
                    [
                        "late: the registry does not know it", "work: slots is 3, the registry has 2",
                        "removed: the registry has it, the work database does not",
                    ]
                )
                #expect(try await fixture.jobs() == jobs)
            }
        }
    }

    @Test("the jobs of a dropped database are unscheduled after asking")
    func dropped() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                // With PostgreSQL 15 and pg_cron 1.4 DROP DATABASE waits for every run, the housekeeper's, too.
                try await fixture.script(
                    """
                    select cron.alter_job(jobid, active := false) from cron.job where jobname = 'cronmill watch';
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where 'pg_cron' in (application_name, backend_type)
                    """,
                    in: "postgres"
                )
                try await eventually("nobody is connected", within: .seconds(20)) {
                    try await fixture.cronRows("select pid from pg_stat_activity where datname = \(fixture.database)")
                        == []
                }
                try await fixture.script("drop database \(fixture.database)", in: "postgres")
                let line = "\(fixture.database): the registry has it, but there is no such database\n"
                let check = try await fixture.cronmillHere("sync", "--check")
                #expect(check == ProgramResult(output: line, errors: "", exitCode: 3))
                let refused = try await fixture.cronmillHere("sync")
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains("the jobs of database \"\(fixture.database)\" would be unscheduled"))
                #expect(try await fixture.jobs().count == 1)
                let done = try await fixture.cronmillHere("sync", "--yes")
                #expect(done.exitCode == 0, "\(done.errors)")
                #expect(try await fixture.jobs() == [])
            }
        }
    }

    @Test(
        "an emptied procedure, and one that became security definer, is a difference",
        arguments: [
            "create or replace procedure cronmill_processor.work(slot integer, task_limit bigint default null) language sql as ''",
            "alter procedure cronmill_processor.work security definer",
        ]
    )
    func procedure(_ statement: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(statement)
            try await repairs(fixture, ["work: its procedure was changed by hand"])
            try await fixture.enqueue(1)
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("after pg_cron was dropped and made anew, all jobs come back and those of others stay")
    func extensionAnew() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp("--slots", "2", "--enable")
                let jobs = try await fixture.jobs()
                try await fixture.script("drop extension pg_cron", in: "postgres")
                let gone = try await fixture.cronmillHere("sync", "--check")
                #expect(gone.exitCode == 1)
                #expect(gone.errors.contains("extension pg_cron is gone from cron database \"postgres\""))
                try await fixture.script(
                    // To know what pg_cron can, the first of our jobs was tried before: it had the second number.
                    """
                    create extension pg_cron;
                    select cron.schedule('first', '0 0 31 2 *', 'select 1');
                    select cron.schedule('theirs', '0 0 31 2 *', 'select 1');
                    select cron.unschedule('first')
                    """,
                    in: "postgres"
                )
                let repaired = try await fixture.cronmillHere("sync")
                #expect(repaired.exitCode == 0, "\(repaired.errors)")
                #expect(repaired.output.contains("jobid is another's now, \"theirs\""))
                #expect(repaired.output.contains("postgres: watch#0: its job "))
                #expect(try await fixture.jobs() == jobs)
                let others = try await fixture.cronRows(
                    "select jobname, command from cron.job where database = 'postgres' order by jobname"
                )
                #expect(
                    others == [
                        "cronmill house|call cronmill_cron.house()", "cronmill watch|call cronmill_cron.watch()",
                        "theirs|select 1",
                    ]
                )
                #expect(try await fixture.cronmillHere("sync", "--check") == Self.clean)
            }
        }
    }

    @Test("status warns of a drifted processor in one line")
    func status() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let job = try await jobids(fixture)[0]
            try await fixture.script("select cron.alter_job(\(job), active := false)", in: "postgres")
            let result = try await fixture.cronmillHere("status")
            #expect(result.exitCode == 0)
            #expect(
                result.errors.contains(
                    "\(fixture.database): work: job \(job) is not active, the processor is enabled; "
                        + "repair: cronmill sync --database \(fixture.database)\n"
                )
            )
        }
    }
}

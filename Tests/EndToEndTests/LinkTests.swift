import Postgres
import Testing

/// The way from a work database to the registry, and what can be done with it.
@Suite("Link", .timeLimit(.minutes(60)))
struct LinkTests {
    private func linkRole(_ database: String) -> String { "cronmill link \(database)" }

    @Test("the script of --dry-run changes nothing by itself, holds no password, and does the set-up when psql runs it")
    func dryRun() async throws {
        // On a server of its own the script begins with pg_cron and the registry; nobody else makes them meanwhile.
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                let arguments = fixture.setupArguments(["--enable", "--slots", "2"])
                let plan = try await fixture.cronmill(arguments + ["--dry-run"])
                #expect(plan.exitCode == 0, "\(plan.errors)")
                #expect(try await fixture.rows("select to_regnamespace('cronmill')") == ["-"])
                #expect(!plan.output.contains(#/(?i)password\s+'/#))
                // The verifier is made in the server; the script has only what it is made of.
                #expect(!plan.output.contains(#/SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/]/#))
                let psql = try await fixture.server.client(
                    "psql",
                    ["-X", "-q", "-f", "-"],
                    input: Array(plan.output.utf8)
                )
                #expect(psql == ProgramResult(output: psql.output, errors: "", exitCode: 0))
                #expect(
                    try await fixture.jobs()
                        == (1...2).map {
                            "cronmill \(fixture.database)/work#\($0)|\(Fixture.never)|call cronmill_processor.work(\($0))|\(fixture.runner)|t"
                        }
                )
                #expect(try await fixture.cronmill(arguments).errors == "\(fixture.database): nothing to change\n")
                let again = try await fixture.cronmill(arguments + ["--dry-run"])
                #expect(again.output == "\\set ON_ERROR_STOP on\n")
            }
        }
    }

    @Test("over 127.0.0.1 the link logs in with the password that only the server knows")
    func scram() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--link-host", "127.0.0.1")
            let options = try await fixture.rows(
                "select unnest(srvoptions) as o from pg_foreign_server where srvname = 'cronmill' order by 1"
            )
            #expect(
                options == [
                    "application_name=cronmill link", "connect_timeout=5", "dbname=postgres", "host=127.0.0.1",
                    "keep_connections=off", "port=\(fixture.server.port)",
                ]
            )
            let role = linkRole(fixture.database)
            let stored = try await fixture.cronRows(
                "select a.rolpassword like 'SCRAM-SHA-256$%' as is_scram, a.rolsuper, a.rolcanlogin from pg_authid as a where a.rolname = \(role)"
            )
            #expect(stored == ["t|f|t"])
            try await fixture.script("update cronmill.processor set slots = 2")
            #expect(try await fixture.jobs().count == 2)

            try await fixture.script("alter role \"\(role)\" password 'another'")
            let error = try await expectedError { try await fixture.script("update cronmill.processor set slots = 3") }
            #expect(error.sqlState == "08001")
            #expect(try await fixture.rows("select slots from cronmill.processor") == ["2"])
            #expect(try await fixture.jobs().count == 2)
        }
    }

    @Test("a slot is taken away while somebody else changes its job")
    func changedJob() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            let cron = try await fixture.server.connect()
            try await cron.script("begin")
            try await cron.execute(
                """
                select cron.alter_job(j.jobid, schedule := '5 5 5 5 *') from cron.job as j
                where j.database = \(fixture.database) and j.jobname like '%#2'
                """
            )
            async let change: Void = fixture.script("update cronmill.processor set slots = 1")
            try await eventually("it waits for the job") {
                try await fixture.cronRows(
                    "select count(*) from pg_locks as l where not l.granted and l.transactionid is not null"
                ) != ["0"]
            }
            try await cron.script("commit")
            await cron.close()
            try await change
            #expect(try await fixture.jobs().count == 1)
        }
    }

    @Test("the run-as role sees no password of the link")
    func hiddenMapping() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let query: SQL =
                "select usename, umoptions is null as is_hidden from pg_user_mappings where srvname = 'cronmill'"
            #expect(try await fixture.rows(query) == ["postgres|f"])
            let connection = try await fixture.connect(as: fixture.runner)
            #expect(try await connection.query(query).map { $0["is_hidden"] } == ["t"])
            let error = try await expectedError { _ = try await connection.query("select name from cronmill.registry") }
            #expect(error.sqlState == .insufficientPrivilege)
        }
    }

    @Test("a link role sees and orders the processors of its own database only, and can do nothing else")
    func ownRows() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp()
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            let link = try await fixture.connect("postgres", as: linkRole(first))
            let others = try await fixture.jobs(of: second)
            let seen = try await link.query(
                "select name, enabled, slots, schedule, linger, run_as, removed from cronmill_cron.link"
            )
            #expect(
                seen.map { row in row.columns.map { row[$0] ?? "-" } } == [
                    ["work", "f", "1", Fixture.never, "tick", fixture.runner, "f"]
                ]
            )
            try await link.execute(
                """
                insert into cronmill_cron.link (name, enabled, slots, schedule, linger, run_as, removed)
                values ('work', false, 2, '1 1 1 1 *', '0', \(fixture.runner), false)
                """
            )
            #expect(try await fixture.jobs(of: first).count == 2)
            #expect(try await fixture.jobs(of: second) == others)

            let unpermitted = try await expectedError {
                try await link.execute(
                    """
                    insert into cronmill_cron.link (name, enabled, slots, schedule, linger, run_as, removed)
                    values ('work', false, 1, '1 1 1 1 *', '0', 'postgres', false)
                    """
                )
            }
            #expect(unpermitted.sqlState == "MC009")
            #expect(unpermitted.message == "jobs of database \"\(first)\" may not run as role \"postgres\"")
            #expect(
                unpermitted.hint == "Permit it with: cronmill grant run-as postgres --database \(first)"
            )

            let forbidden: [SQL] = [
                "select 1 from cronmill_cron.processor", "select 1 from cronmill_cron.work_database",
                "select 1 from cronmill_cron.job",
                "select 1 from cron.job", "select 1 from cron.job_run_details",
                "select cron.schedule('* * * * *', 'select 1')", "select cron.unschedule(1)",
                "insert into cronmill_cron.run_as values (1, 'postgres')",
                """
                select cronmill_cron.take_settings(\(second), 'work', true, 9, '* * * * *', '0', \(fixture.runner), false)
                """,
                "select cronmill_cron.permit_run_as(\(second), 'postgres')", "call cronmill_cron.watch()",
                "create table cronmill_cron.mine (id int)",
            ]
            let more = try await link.query(
                "select has_table_privilege('cronmill_cron.link', 'update, delete, truncate, references, trigger') as may"
            )
            #expect(more.map { $0["may"] } == ["f"])
            for statement in forbidden {
                let error = try await expectedError { try await link.execute(statement) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement.text): \(error.message)")
            }
        }
    }
}

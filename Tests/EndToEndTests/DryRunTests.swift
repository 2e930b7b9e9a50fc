import Postgres
import PrivateServer
import Testing

/// What `--dry-run` prints, run by psql, does what the command itself does.
@Suite("Dry runs", .timeLimit(.minutes(60)))
struct DryRunTests {
    private static let databases = [#"a "Shop" it's=\ $cronmill$"#, "b"]
    private static let flags = databases.flatMap { ["--database", $0] }
    private static let queue = #"It's "a" queue \ $1"#
    private static let role = #"Runner "of" it's \ all"#

    /// Every command that changes something, in an order in which each has something to do.
    private static let commands = [
        ["setup"] + flags + [
            "--queue", queue, "--handler", "app.work", "--run-as", role, "--slots", "2", "--schedule", Fixture.never,
        ],
        ["setup"] + flags + ["--queue", "other", "--handler", "app.work", "--run-as", role],
        ["configure", queue] + flags + ["--slots", "3", "--every", "5m", "--timeout", "90s", "--linger", "0"],
        ["configure", queue] + flags + [
            "--backoff-base", "0", "--backoff-cap", "2h", "--poll-interval", "1ms", "--search-path", "app, pg_temp",
            "--keep-done", "7d", "--alone", "on",
        ],
        ["configure", queue] + flags + ["--keep-done", "0"],
        ["configure", queue] + flags + ["--handler", "app.second", "--run-as", "second"],
        ["enable"] + flags,
        ["pause", queue] + flags,
        ["resume", queue] + flags,
        ["disable", queue] + flags,
        ["sync"] + flags,
        ["remove", queue] + flags,
        ["remove", "--queue", "other", "--yes"] + flags,
        ["remove", "--everything", "--yes"] + flags,
        ["remove", "--cron"],
    ]

    @Test("psql and the printed script do the same as the command, and the script has no secret in it")
    func bothWays() async throws {
        async let first = prepared()
        async let second = prepared()
        let (applied, scripted) = try await (first, second)
        for command in Self.commands {
            if command == ["sync"] + Self.flags {
                for server in [applied, scripted] { try await tamper(server) }
            }
            let before = try await state(of: scripted)
            let result = try await applied.cronmill(command)
            #expect(result.exitCode == 0, "\(command): \(result.errors)")

            let script = try await scripted.cronmill(
                command + ["--dry-run"],
                environment: ["DB_PASSWORD": "open sesame", "PG_CRON_PASSWORD": "shut sesame"]
            )
            #expect(script.exitCode == 0, "\(command): \(script.errors)")
            #expect(!script.output.contains("sesame"))
            #expect(try await state(of: scripted) == before, "a dry run of \(command) has changed something")
            let run = try await scripted.client("psql", ["-X", "-q", "-f", "-"], input: Array(script.output.utf8))
            #expect(run.exitCode == 0 && run.errors == "", "\(command): \(run.errors)")

            let (one, other) = try await (state(of: applied), state(of: scripted))
            #expect(other != before, "\(command) has nothing to do")
            for (line, otherLine) in zip(one, other) where line != otherLine {
                Issue.record("\(command): \(line) by the command, \(otherLine) by the script")
                break
            }
            #expect(one.count == other.count, "\(command)")
        }
    }

    private func prepared() async throws -> TestServer {
        let server = try await TestServer.own()
        let cron = try await server.connect()
        try await cron.execute("create role \(identifier: Self.role) login")
        try await cron.execute("create role second login")
        for database in Self.databases {
            try await cron.execute("create database \(identifier: database)")
            let connection = try await server.connect(database)
            try await connection.script(
                """
                create schema app;
                grant usage on schema app to public;
                create function app.work(payload jsonb) returns void language sql begin atomic select; end;
                create function app.second(task_id bigint, payload jsonb, attempt integer) returns void
                language sql begin atomic select; end;
                """
            )
            await connection.close()
        }
        await cron.close()
        return server
    }

    /// Damages what `sync` repairs.
    private func tamper(_ server: TestServer) async throws {
        let cron = try await server.connect()
        try await cron.script(
            """
            select cron.unschedule(j.jobid) from cron.job as j where j.jobname like '%#2';
            select cron.alter_job(j.jobid, schedule := '1 1 * * *') from cron.job as j where j.jobname like '%#1';
            """
        )
        await cron.close()
    }

    /// Schemas, roles, jobs and registry, a line each, without what two servers have of their own.
    private func state(of server: TestServer) async throws -> [String] {
        var lines: [String] = []
        for database in Self.databases + ["postgres"] {
            let name = database.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            let dump = try await server.client("pg_dump", ["--schema-only", "--dbname=dbname='\(name)'"])
            try #require(dump.exitCode == 0, "\(dump.errors)")
            lines += dump.output.split(separator: "\n").map(String.init)
            let connection = try await server.connect(database)
            for query in Self.queries {
                guard try await connection.query("select to_regclass(\(query.table)) as found").first?["found"] != nil
                else { continue }
                lines += try await connection.query(query.sql).map { "\(database) \(query.table): \($0["line"] ?? "")" }
            }
            await connection.close()
        }
        let roles = try await server.client("pg_dumpall", ["--roles-only", "--no-role-passwords"])
        lines += roles.output.split(separator: "\n").map(String.init)
        return lines.filter { !$0.contains("restrict ") && !$0.hasPrefix("    password ") }
            .map { $0.replacing(server.server.socketDirectory, with: "FOLDER") }
            .map { $0.replacing(String(server.server.port), with: "PORT") }
    }

    private static let queries: [(table: String, sql: SQL)] = [
        (
            "cron.job",
            """
            select concat_ws('|', j.jobname, j.schedule, j.command, j.database, j.username, j.active) as line
            from cron.job as j order by 1
            """
        ),
        (
            "cronmill_cron.processor",
            """
            select concat_ws('|', w.name, p.name, p.enabled, p.slots, p.schedule, p.linger, p.run_as) as line
            from cronmill_cron.processor as p join cronmill_cron.work_database as w using (work_database_id) order by 1
            """
        ),
        (
            "cronmill_cron.run_as",
            """
            select concat_ws('|', w.name, a.role_name) as line
            from cronmill_cron.run_as as a join cronmill_cron.work_database as w using (work_database_id) order by 1
            """
        ),
        (
            "cronmill.processor",
            """
            select concat_ws(
                '|', p.name, p.handler, p.run_as, p.enabled, p.paused, p.slots, p.schedule, p.linger, p.timeout,
                p.backoff_base, p.backoff_cap, p.poll_interval, p.alone, p.handler_search_path, coalesce(p.keep_done, '0')
            ) as line
            from cronmill.processor as p order by 1
            """
        ),
        ("cronmill.queue", "select q.name as line from cronmill.queue as q order by 1"),
    ]
}

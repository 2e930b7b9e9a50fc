import FoundationEssentials
import Postgres
import PrivateServer
import Testing

/// What check-permissions finds on a real server, and whether its SQL puts it right.
@Suite("Checking permissions", .timeLimit(.minutes(60)))
struct CheckPermissionsTests {
    private struct Finding: Decodable, Hashable {
        struct Remedy: Decodable, Hashable {
            var sql: String
            var database: String
            var by: String
            var restart: Bool
        }

        var state: String
        var database: String
        var role: String?
        var text: String
        var remedy: Remedy?

        var isWrong: Bool { !["present", "unknown"].contains(state) }
        var title: String { "\(state) \(database) \(role ?? "-"): \(text)" }
    }

    private func findings(_ fixture: Fixture, _ environment: [String: String] = [:]) async throws -> [Finding] {
        let result = try await fixture.cronmill(
            ["check-permissions", "--json", "--database", fixture.database],
            environment: environment
        )
        try #require([0, 3].contains(result.exitCode), "\(result.errors)")
        let found = try JSONDecoder().decode([Finding].self, from: Data(result.output.utf8))
        #expect((result.exitCode == 3) == found.contains(where: \.isWrong))
        return found
    }

    @Test("defaults that bite a run-as role are named by setup and here, and each one's SQL makes it vanish")
    func defaults() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                let (runner, database) = (fixture.runner, fixture.database)
                try await fixture.script(
                    """
                    alter role \(runner) set statement_timeout = '5min';
                    alter role \(runner) in database \(database) set default_transaction_isolation = 'serializable';
                    alter database \(database) set lock_timeout = '1s';
                    alter role \(runner) in database \(database) set default_transaction_read_only = on;
                    alter role \(runner) set role = 'pg_monitor';
                    alter role \(runner) connection limit 1;
                    alter role \(runner) set idle_in_transaction_session_timeout = '1min'
                    """
                )
                let texts = [
                    "default_transaction_isolation is serializable for it: runs are refused, they need read committed",
                    "default_transaction_read_only is on for it: no task can be done",
                    "lock_timeout is 1s for it: tasks that wait longer for a lock fail",
                    "role is pg_monitor for it: handlers do not run as the role",
                    "statement_timeout is 5min for it: a run is one statement, and is ended by it",
                    "its connection limit is 1, and its slots need 2",
                ]
                let setup = try await fixture.cronmill(fixture.setupArguments(["--slots", "2", "--enable"]))
                #expect(setup.exitCode == 0, "\(setup.errors)")
                for text in texts {
                    #expect(setup.errors.contains("note: role \"\(runner)\": \(text); alter role"), "\(text)")
                }
                let found = try await findings(fixture).filter { texts.contains($0.text) }
                #expect(found.map(\.text) == texts)
                for finding in found {
                    try await fixture.script(
                        try #require(finding.remedy?.sql),
                        in: try #require(finding.remedy?.database)
                    )
                }
                #expect(try await findings(fixture).filter { texts.contains($0.text) } == [])
            }
        }
    }

    @Test("on a server with twelve things wrong all are named, and each one's SQL makes it vanish")
    func manyThings() async throws {
        try await withServer(settings: ["cron.max_running_jobs": "4", "cron.log_run": "off"]) { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let runner = fixture.runner
                let link = "cronmill link \(fixture.database)"
                try await fixture.setUp("--enable", "--link-host", "127.0.0.1")
                #expect(try await findings(fixture).filter(\.isWrong).map(\.text).count == 1)
                try await fixture.script(
                    """
                    revoke connect on database \(fixture.database) from public;
                    revoke execute on function app.work from public; revoke usage on schema app from \(runner);
                    revoke execute on function cronmill.claim from \(runner);
                    grant select on cronmill.task to \(runner);
                    grant create on schema public to public;
                    """
                )
                try await fixture.script(
                    """
                    alter role \(runner) nologin; alter role "\(link)" password 'another'; alter role "\(link)" createdb;
                    revoke usage on schema cronmill_cron from \(runner); grant select on cronmill_cron.job to "\(link)";
                    create role leaver login;
                    select cron.schedule_in_database('theirs', '0 0 31 2 *', 'select 1', 'postgres', 'leaver');
                    select cron.schedule_in_database('more', '0 0 31 2 *', 'select 1', 'postgres', 'postgres');
                    drop role leaver
                    """,
                    in: "postgres"
                )
                let ghost = try await fixture.cronRows("select jobid from cron.job where jobname = 'theirs'")[0]
                let hangs = try await ServerAbilities(of: server).hangsAboveLimit
                let wrong = try await findings(fixture).filter(\.isWrong)
                let expected = [
                    "wrong postgres -: cron.log_run is off: pg_cron keeps no history, so runs are not visible",
                    "wrong postgres -: 5 jobs are active (1 slots, 2 housekeepers, 2 of others), and pg_cron can run 4 at "
                        + "once" + (hangs ? ": it can hang for everybody" : ""),
                    "wrong postgres leaver: job \(ghost) belongs to role \"leaver\", which does not exist: pg_cron runs no job of "
                        + "anybody",
                    "missing postgres \(runner): may log in",
                    "missing \(fixture.database) \(runner): connect on database \(fixture.database)",
                    "superfluous postgres \(link): createdb",
                    "missing postgres \(runner): usage on schema cronmill_cron (run-as)",
                    "superfluous postgres \(link): select on table cronmill_cron.job",
                    "superfluous \(fixture.database) \(runner): select on table cronmill.task",
                    "missing \(fixture.database) \(runner): usage on schema app (handler of work)",
                    "missing \(fixture.database) \(runner): execute on function app.work(jsonb) (handler of work)",
                    "superfluous \(fixture.database) public: create on schema public, in which handler app.work(jsonb) looks "
                        + "for names",
                ]
                for title in expected { #expect(wrong.map(\.title).contains(title), "\(title)\n\(wrong.map(\.title))") }
                let rest = wrong.filter { !expected.contains($0.title) }.map(\.text)
                #expect(rest.count == 2, "\(rest)")
                #expect(rest.contains { $0.hasPrefix("the link cannot log in: could not connect to server") })
                #expect(rest.contains { $0.hasPrefix("execute on routine cronmill.claim(") })

                // People see the same, each with its SQL.
                let shown = try await fixture.cronmill(["check-permissions", "--database", fixture.database])
                #expect(shown.exitCode == 3)
                for finding in wrong {
                    #expect(shown.output.contains(finding.text))
                    for line in finding.remedy?.sql.split(separator: "\n") ?? ["no remedy"] {
                        #expect(shown.output.contains("    \(line)\n"))
                    }
                }
                // Each alone, so that none owes its end to another's remedy.
                for finding in wrong {
                    let remedy = try #require(finding.remedy)
                    try await fixture.script(remedy.sql, in: remedy.database)
                    if remedy.restart { try await server.server.restart(immediate: false) }
                    let left = try await findings(fixture)
                    #expect(!left.contains { $0.isWrong && $0.text == finding.text && $0.role == finding.role })
                }
                #expect(try await findings(fixture).filter(\.isWrong).map(\.title) == [])
            }
        }
    }

    @Test("where everything is as it has to be, it is written how many things were looked at, and that all may connect")
    func nothing() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                let looked = try await fixture.cronmillHere("check-permissions")
                #expect(looked.exitCode == 0 && looked.output == "")
                let (count, note) = (
                    #/[0-9]+ as they have to be, 0 to put right\n/#,
                    "note: Everybody may connect to database \"postgres\", and so take its connections and listen to "
                        + "its alarms: revoke connect on database postgres from public;\n"
                )
                #expect(looked.errors.prefixMatch(of: count) != nil && looked.errors.hasSuffix(note))
                #expect(looked.errors.split(separator: "\n").count == 2)
                let quiet = try await fixture.cronmillHere("check-permissions", "--quiet")
                #expect(quiet == ProgramResult(output: "", errors: "", exitCode: 0))
            }
        }
    }

    @Test("--grant does what may be done at once and leaves the rest, --sql is a script that psql runs")
    func granting() async throws {
        try await withServer(settings: ["cron.log_run": "off"]) { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                try await fixture.script(
                    """
                    revoke execute on function cronmill.claim from \(fixture.runner);
                    grant select on cronmill.task to \(fixture.runner); revoke execute on function app.work from public
                    """
                )
                let here = ["--database", fixture.database]
                let before = try await fixture.rows("select proacl from pg_proc where proname = 'claim'")
                let looked = try await fixture.cronmill(["check-permissions", "--sql"] + here)
                #expect(looked.exitCode == 3)
                #expect(try await fixture.rows("select proacl from pg_proc where proname = 'claim'") == before)
                let granted = try await fixture.cronmill(["check-permissions", "--grant"] + here)
                #expect(granted.exitCode == 3)
                #expect(granted.output.contains("alter system set cron.log_run = on;"))
                #expect(granted.errors.contains(" 1 to put right\n"))
                #expect(
                    granted.errors.contains(
                        "\(fixture.database): grant execute on function app.work(jsonb) to \(fixture.runner);\n"
                    )
                )
                let psql = try await server.client(
                    "psql",
                    ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                    input: Array(looked.output.replacing("revoke select", with: "-- revoke select").utf8)
                )
                #expect(psql.exitCode == 0, "\(psql.errors)")
                try await server.server.restart(immediate: false)
                #expect(try await findings(fixture).filter(\.isWrong) == [])
            }
        }
    }

    @Test("an owner without superuser sees what it may, is told who must do the rest, and others may not look")
    func withoutSuperuser() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.script("create extension pg_cron", in: "postgres")
                try await server.makeRole("installer", "createrole")
                try await fixture.script(
                    """
                    grant \(fixture.runner) to installer; grant usage on schema cron to installer, \(fixture.runner);
                    grant execute on function
                        cron.schedule_in_database(text, text, text, text, text, boolean),
                        cron.alter_job(bigint, text, text, text, text, boolean) to installer, \(fixture.runner);
                    grant create on database postgres to installer; grant create on database \(fixture.database) to installer
                    """,
                    in: "postgres"
                )
                try await fixture.script(
                    "create extension postgres_fdw; grant usage on foreign data wrapper postgres_fdw to installer"
                )
                let installer = server.passwordEnvironment("installer")
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(["--max-running-jobs", "32", "--others", "0", "--enable"]),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                #expect(try await findings(fixture, installer).filter(\.isWrong).map(\.title) == [])
                try await fixture.script(
                    """
                    revoke execute on function cron.alter_job(bigint, text, text, text, text, boolean) from \(fixture.runner);
                    alter role installer nocreaterole
                    """,
                    in: "postgres"
                )
                let wrong = try await findings(fixture, installer).filter(\.isWrong)
                #expect(
                    wrong.map(\.title) == [
                        "missing \(fixture.database) installer: may create roles (for the link)",
                        "missing postgres \(fixture.runner): "
                            + "execute on routine cron.alter_job(bigint,text,text,text,text,boolean) (run-as)",
                    ]
                )
                #expect(wrong.map { $0.remedy?.by } == ["a superuser", "a superuser"])
                let granted = try await fixture.cronmill(
                    ["check-permissions", "--grant", "--database", fixture.database],
                    environment: installer
                )
                #expect(granted.exitCode == 3 && granted.errors.contains(" 2 to put right\n"))
                #expect(granted.errors.contains("Role \"\(fixture.runner)\" may schedule jobs of its own"))
                for finding in wrong {
                    let remedy = try #require(finding.remedy)
                    try await fixture.script(remedy.sql, in: remedy.database)
                }
                #expect(try await findings(fixture, installer).filter(\.isWrong) == [])

                try await server.makeRole("stranger")
                let refused = try await fixture.cronmill(
                    ["check-permissions", "--database", fixture.database],
                    environment: server.passwordEnvironment("stranger")
                )
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains("hint: Connect as \"installer\"."))
            }
        }
    }

    @Test(
        "where pg_cron cannot log in it is said before a run fails and after, and the lines given let it in",
        .enabled("pg_cron's background workers do not log in") {
            try await !ServerAbilities(of: try await TestServer.shared()).usesWorkers
        }
    )
    func logins() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                func finding() async throws -> Finding {
                    try #require(
                        try await findings(fixture).first { $0.text.contains("\" as \"\(fixture.runner)\" from") }
                    )
                }
                #expect(try await finding().state == "present")
                try await fixture.hba(["local all \(fixture.runner) reject"])
                let rejected = try await finding()
                #expect(rejected.state == "wrong")
                #expect(rejected.text.hasSuffix("line 1 of pg_hba.conf rejects it"))
                try await awayFromFullMinute()
                let enabled = try await fixture.cronmillHere("configure", "work", "--schedule", "* * * * *")
                #expect(enabled.exitCode == 0, "\(enabled.errors)")
                _ = try await fixture.cronmillHere("enable")
                try await eventually("a run has failed") {
                    try await finding().text.hasSuffix("its last run says \"connection failed\"")
                }
                let lines = try #require(try await finding().remedy?.sql).split(separator: "\n").map { $0.dropFirst(3) }
                try await fixture.hba([String(lines[1])])
                try await fixture.identMap(String(lines[3]))
                try await eventually("a run goes") { try await finding().state == "present" }
            }
        }
    }
}

import Postgres
import Testing

/// New passwords for links that log in by scram over 127.0.0.1.
@Suite("Rotating passwords", .timeLimit(.minutes(60)))
struct RotatePasswordTests {
    private func verifier(_ fixture: Fixture) async throws -> String {
        try await fixture.cronRows(
            "select a.rolpassword from pg_authid as a where a.rolname = \("cronmill link \(fixture.database)")"
        ).joined()
    }

    private func mapping(_ fixture: Fixture) async throws -> String {
        try await fixture.rows("select m.umoptions from pg_user_mappings as m where m.srvname = 'cronmill'").joined()
    }

    @Test("the new password is in the server only, shown nowhere, and the link works")
    func rotation() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--link-host", "127.0.0.1")
            let before = (try await verifier(fixture), try await mapping(fixture))
            let result = try await fixture.cronmillHere("rotate-password", "--verbose")
            #expect(result.exitCode == 0, "\(result.errors)")
            let after = (try await verifier(fixture), try await mapping(fixture))
            #expect(before.0 != after.0 && before.1 != after.1)
            #expect(after.0.hasPrefix("SCRAM-SHA-256$"))
            let password = try #require(after.1.firstMatch(of: #/password=([0-9a-f]{64})/#)).1
            #expect(!(result.output + result.errors).contains(password))
            let script = try await fixture.cronmillHere("rotate-password", "--dry-run")
            #expect(!script.output.contains(password) && !script.output.contains(#/[0-9a-f]{32}/#))
            try await fixture.script("update cronmill.processor set slots = 2")
            #expect(try await fixture.jobs().count == 2)
        }
    }

    @Test("pg_stat_statements does not keep the password, whatever it tracks")
    func trackedStatements() async throws {
        let settings = ["shared_preload_libraries": "pg_cron, pg_stat_statements", "pg_stat_statements.track": "all"]
        try await withServer(settings: settings) { server in
            try await withDatabases(on: server) { fixture in
                _ = try await fixture.rows("create extension pg_stat_statements")
                try await fixture.setUp("--link-host", "127.0.0.1")
                let result = try await fixture.cronmillHere("rotate-password")
                #expect(result.exitCode == 0, "\(result.errors)")
                let mapping = try await mapping(fixture)
                let password = try #require(mapping.firstMatch(of: #/password=([0-9a-f]{64})/#)).1
                let kept = try await fixture.rows("select s.query from pg_stat_statements as s")
                #expect(kept.contains { $0.contains("SCRAM-SHA-256$%s") })
                #expect(!kept.contains { $0.contains(password) || $0.contains(#/password '?[0-9a-f]{32}/#) })
                #expect(!kept.contains { $0.contains(#/SCRAM-SHA-256\$[0-9]/#) })
            }
        }
    }

    @Test("a role that may not tell pg_stat_statements to look away is told what it keeps")
    func trackedStatementsOfInstaller() async throws {
        let settings = ["shared_preload_libraries": "pg_cron, pg_stat_statements", "pg_stat_statements.track": "all"]
        try await withServer(settings: settings) { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp("--link-host", "127.0.0.1")
                let rotation = try await fixture.cronmillHere("rotate-password", "--dry-run")
                let block = try #require(rotation.output.firstMatch(of: #/(?s)do (\$[a-z_0-9]*\$).*?\1;/#)).0
                // The role of an installer that is no superuser: it owns its link's role and its mapping.
                try await fixture.script(
                    """
                    create role plain_installer createrole;
                    grant usage on foreign server cronmill to plain_installer;
                    grant \(Identifier("cronmill link \(fixture.database)").quoted) to plain_installer with admin option
                    """
                )
                let told = try await server.client(
                    "psql",
                    ["-X", "-d", fixture.database, "-c", "set role plain_installer", "-c", String(block)]
                )
                #expect(
                    told.errors.contains(
                        "WARNING:  pg_stat_statements keeps the statement that has the link's password in it\n"
                    ),
                    "\(told.errors)"
                )
            }
        }
    }

    @Test("cut off half way the old password stays good, and the next try goes through")
    func cutOff() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--link-host", "127.0.0.1")
            let before = (try await verifier(fixture), try await mapping(fixture))
            // It changes the role, and then waits for whoever changes the mapping.
            let blocker = try await fixture.connect()
            try await blocker.script(
                "begin; lock table pg_catalog.pg_user_mapping in exclusive mode"
            )
            async let first = fixture.cronmillHere("rotate-password")
            var waiting: [String] = []
            try await eventually("it waits for the mapping", within: .seconds(30)) {
                waiting = try await fixture.cronRows(
                    """
                    select a.pid from pg_stat_activity as a
                    where a.wait_event_type = 'Lock' and a.datname = \(fixture.database) and a.query like '%link_role%'
                    """
                )
                return waiting.count == 1
            }
            _ = try await fixture.cronRows("select pg_terminate_backend(\(waiting[0])::integer)")
            #expect(try await first.exitCode != 0)
            try await blocker.script("rollback")
            await blocker.close()
            #expect(try await (verifier(fixture), mapping(fixture)) == before)
            try await fixture.script("update cronmill.processor set slots = 2")
            let again = try await fixture.cronmillHere("rotate-password")
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(try await verifier(fixture) != before.0)
            try await fixture.script("update cronmill.processor set slots = 3")
            #expect(try await fixture.jobs().count == 3)
        }
    }

    @Test("a link whose role was given another password is healed by it")
    func healing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--link-host", "127.0.0.1")
            try await fixture.script("alter role \"cronmill link \(fixture.database)\" password 'another'")
            let error = try await expectedError { try await fixture.script("update cronmill.processor set slots = 3") }
            #expect(error.sqlState == "08001")
            let result = try await fixture.cronmillHere("rotate-password")
            #expect(result.exitCode == 0, "\(result.errors)")
            try await fixture.script("update cronmill.processor set slots = 3")
            #expect(try await fixture.jobs().count == 3)
        }
    }
}

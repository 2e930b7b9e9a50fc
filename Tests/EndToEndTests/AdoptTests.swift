import Cronmill
import Foundation
import Postgres
import Testing

/// A work database that was renamed or restored: nothing runs in it, nothing of the original changes, until it is adopted.
@Suite("Adopting", .timeLimit(.minutes(60)))
struct AdoptTests {
    private func dump(_ fixture: Fixture) async throws -> [UInt8] {
        let dump = try await fixture.server.client("pg_dump", [fixture.database])
        try #require(dump.exitCode == 0, "\(dump.errors)")
        return Array(dump.output.utf8)
    }

    private func restore(_ dump: [UInt8], to database: String, on server: TestServer) async throws {
        let restored = try await server.client(
            "psql",
            ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
            input: dump
        )
        try #require(restored.exitCode == 0, "\(restored.errors)")
    }

    private func rename(_ fixture: Fixture, to name: String) async throws {
        try await eventually("nobody is connected", within: .seconds(20)) {
            try await fixture.cronRows("select pid from pg_stat_activity where datname = \(fixture.database)") == []
        }
        try await fixture.script("alter database \(fixture.database) rename to \(name)", in: "postgres")
    }

    /// What can be done in a copy before it is adopted: nothing, and it is said why.
    private func refuses(_ fixture: Fixture, in copy: String) async throws {
        let run = try await expectedError { try await fixture.call(in: copy) }
        #expect(run.sqlState == "MC007")
        let change = try await expectedError {
            try await fixture.script("update cronmill.processor set slots = 3", in: copy)
        }
        #expect(change.sqlState == "MC007")
        for command in [
            ["sync"], ["sync", "--check"], ["disable"], ["configure", "work", "--slots", "3"], ["rotate-password"],
            ["setup", "--queue", "other", "--handler", "app.work", "--run-as", fixture.runner],
            ["remove", "work"],
        ] {
            let refused = try await fixture.cronmill(command + ["--database", copy])
            #expect(refused.exitCode == 1, "\(command)")
            #expect(
                refused.errors.contains("is not the one Cronmill was installed in"),
                "\(command): \(refused.errors)"
            )
            #expect(refused.errors.contains("cronmill sync --adopt"), "\(command): \(refused.errors)")
        }
    }

    @Test("a renamed database is known again, and adopted with jobs, roles and link; of its old name nothing is left")
    func renamed() async throws {
        try await withDatabases { fixture in
            let (old, new) = (fixture.database, "\(fixture.database) \"new\"'s")
            let monitor = "\(fixture.runner)_monitor"
            try await fixture.server.makeRole(monitor)
            try await fixture.setUp("--slots", "2", "--enable")
            let granted = try await fixture.cronmillHere("grant", "monitor", monitor)
            #expect(granted.exitCode == 0, "\(granted.errors)")
            try await fixture.enqueue(2)
            try await rename(fixture, to: "\"\(old) \"\"new\"\"'s\"")

            let line =
                "\(old): it is named \(new) now; repair: cronmill sync --adopt --database '\(old) \"new\"'\\''s'\n"
            let found = ProgramResult(output: line, errors: "", exitCode: 3)
            #expect(try await fixture.cronmillHere("sync", "--check") == found)
            #expect(try await fixture.cronmillHere("sync", "--yes") == found)
            #expect(try await fixture.jobs(of: old).count == 2)
            try await refuses(fixture, in: new)

            let adopted = try await fixture.cronmill(["sync", "--adopt", "--database", new])
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(try await fixture.jobs(of: old) == [])
            #expect(
                try await fixture.jobs(of: new)
                    == (1...2).map {
                        "cronmill \(new)/work#\($0)|\(Fixture.never)|call cronmill_processor.work(\($0))|\(fixture.runner)|t"
                    }
            )
            let mine: SQL = "where w.name in (\(old), \(new))"
            #expect(
                try await fixture.cronRows(
                    "select w.name, w.link_role from cronmill_cron.work_database as w \(sql: mine)"
                )
                    == ["\(new)|cronmill link \(new)"]
            )
            #expect(
                try await fixture.cronRows(
                    """
                    select g.role_name, g.part from cronmill_cron.grantee as g
                    join cronmill_cron.work_database as w using (work_database_id) \(sql: mine)
                    """
                ) == ["\(monitor)|monitor"]
            )
            #expect(
                try await fixture.cronRows(
                    "select r.rolname from pg_roles as r where r.rolname like \("cronmill link \(old)%")"
                ) == ["cronmill link \(new)"]
            )
            #expect(try await fixture.cronmill(["sync", "--check", "--database", new]) == DriftTests.clean)
            // Other tests' roles are in it, too.
            let permissions = try await fixture.cronmill(["check-permissions", "--database", new])
            for name in ["role \(fixture.runner):", "role \(monitor):", "role cronmill link \(new):"] {
                #expect(!permissions.output.contains(name), "\(permissions.output)")
            }
            let status = try await fixture.cronmill(["status", "--database", new])
            #expect(status.errors == "")
            try await fixture.script("update cronmill.processor set slots = 1", in: new)
            #expect(try await fixture.jobs(of: new).count == 1)
            try await fixture.call(in: new)
            #expect(try await fixture.done(in: new) == [1, 2])
            let again = try await fixture.cronmill(["sync", "--adopt", "--database", new])
            #expect(again == ProgramResult(output: "", errors: "\(new): nothing to change\n", exitCode: 0))
            let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", new])
            #expect(removed.exitCode == 0, "\(removed.errors)")
        }
    }

    @Test("cut off anywhere, an adoption is gone on with by the next")
    func cutOff() async throws {
        try await withDatabases { fixture in
            let new = "\(fixture.database)_new"
            try await fixture.setUp("--enable")
            try await rename(fixture, to: new)
            var transactions = 1
            while true {
                // A deployment that may do so many transactions and no more.
                let plan = try await fixture.server.deployment.planAdopt(new)
                if plan.isEmpty { break }
                let script = plan.script.components(separatedBy: "\n\\connect ")
                let part = script.prefix(1 + transactions).joined(separator: "\n\\connect ")
                let result = try await fixture.server.client("psql", ["-X", "-q", "-f", "-"], input: Array(part.utf8))
                #expect(result.exitCode == 0, "\(result.errors)")
                transactions += 1
                if transactions < script.count {
                    let run = try await expectedError { try await fixture.call(in: new) }
                    #expect(run.sqlState == "MC007")
                }
                try #require(transactions < 10)
            }
            #expect(transactions > 3)
            #expect(try await fixture.jobs() == [])
            #expect(try await fixture.jobs(of: new).count == 1)
            #expect(try await fixture.cronmill(["sync", "--check", "--database", new]) == DriftTests.clean)
            let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", new])
            #expect(removed.exitCode == 0, "\(removed.errors)")
        }
    }

    @Test("a database restored over its own name takes the jobs up that it knew, and those it did not know go")
    func sameName() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(2)
            let dump = try await dump(fixture)
            try await fixture.setUp(queue: "late", "--enable")
            #expect(try await fixture.jobs().count == 2)
            try await rename(fixture, to: "\(fixture.database)_lost")
            try await fixture.script("create database \(fixture.database)", in: "postgres")
            try await restore(dump, to: fixture.database, on: fixture.server)
            try await refuses(fixture, in: fixture.database)
            #expect(try await fixture.jobs().count == 2)

            let adopted = try await fixture.cronmillHere("sync", "--adopt")
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(
                try await fixture.cronRows(
                    "select jobname, active from cron.job where database = \(fixture.database)"
                ) == ["cronmill \(fixture.database)/work#1|t"]
            )
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
        }
    }

    @Test("in a database restored under another name nothing runs and the original's jobs stay, until it is adopted")
    func otherName() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(2)
            let jobs = try await fixture.jobs()
            let copy = "\(fixture.database)_restored"
            try await fixture.script("create database \(copy)", in: "postgres")
            try await restore(try await dump(fixture), to: copy, on: fixture.server)
            try await refuses(fixture, in: copy)
            #expect(try await fixture.jobs() == jobs)
            let adopted = try await fixture.cronmill(["sync", "--adopt", "--database", copy])
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(try await fixture.jobs() == jobs)
            try await fixture.call(in: copy)
            #expect(try await fixture.done(in: copy) == [1, 2])
            #expect(try await fixture.cronmill(["sync", "--check", "--database", copy]) == DriftTests.clean)
            let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", copy])
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
        }
    }

    @Test(
        "a database restored on another cluster runs nothing there and changes nothing here, until it is adopted there"
    )
    func otherCluster() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(2)
            let dump = try await dump(fixture)
            let jobs = try await fixture.jobs()
            let registry: SQL = """
                select p.name, p.enabled, p.slots, p.changed_at from cronmill_cron.processor as p
                join cronmill_cron.work_database as w using (work_database_id) where w.name = \(fixture.database)
                """
            let registered = try await fixture.cronRows(registry)
            try await withServer { server in
                let other = Fixture(server: server, databases: fixture.databases, runner: fixture.runner)
                try await other.script("create role \(fixture.runner) login", in: "postgres")
                try await other.script("create database \(fixture.database)", in: "postgres")
                try await restore(dump, to: fixture.database, on: server)
                try await refuses(other, in: fixture.database)
                #expect(try await fixture.jobs() == jobs)
                #expect(try await fixture.cronRows(registry) == registered)

                let adopted = try await other.cronmillHere("sync", "--adopt")
                #expect(adopted.exitCode == 0, "\(adopted.errors)")
                #expect(try await other.jobs() == jobs)
                #expect(try await other.cronmillHere("sync", "--check") == DriftTests.clean)
                try await other.script("update cronmill.processor set slots = 3")
                #expect(try await other.jobs().count == 3)
                try await other.call()
                #expect(try await other.done() == [1, 2])
                let removed = try await other.cronmillHere("remove", "--everything", "--yes")
                #expect(removed.exitCode == 0, "\(removed.errors)")
            }
            #expect(try await fixture.jobs() == jobs)
            #expect(try await fixture.cronRows(registry) == registered)
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
        }
    }
}

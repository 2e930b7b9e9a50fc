import Foundation
import Postgres
import Testing

@testable import Cronmill

/// Settings carried from one work database to another.
@Suite("Export and import", .timeLimit(.minutes(60)))
struct ExportTests {
    private func export(_ fixture: Fixture, _ database: String, _ more: String...) async throws -> String {
        let result = try await fixture.cronmill(["export", "--database", database] + more)
        try #require(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors == "")
        return result.output
    }

    private func `import`(
        _ text: String,
        _ fixture: Fixture,
        _ database: String,
        _ more: String...
    ) async throws -> ProgramResult {
        try await fixture.cronmill(["import", "--database", database] + more, input: Array(text.utf8))
    }

    private static let handler = "app.\"a\n-- line's \"\"end\"\" $$ $cronmill$\ncommit;\n行\""

    /// Sets everything up in the first database that an export can be about; in the second, the two halves only.
    private func fill(_ fixture: Fixture) async throws {
        let (first, second) = (fixture.databases[0], fixture.databases[1])
        for database in [first, second] {
            try await fixture.script(
                "create function \(Self.handler)(payload jsonb) returns void language sql as 'select'",
                in: database
            )
        }
        for arguments in [
            [
                "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner, "--schedule", Fixture.never,
                "--slots", "2", "--timeout", "90m", "--keep-done", "2d", "--poll-interval", "5ms", "--alone", "on",
                "--enable",
            ],
            [
                "--queue", "fragments", "--query-results", "app.query_result", "--result-type", "text", "--run-as",
                fixture.runner, "--schedule", Fixture.never, "--result-limit", "10",
            ],
            [
                "--queue", "行列 it's \"x\" $$ $cronmill$ \\ commit;", "--processor", "處理 'x' \"y\" $$ {{tag}} %I",
                "--handler", Self.handler, "--run-as", fixture.runner, "--schedule", Fixture.never,
            ],
        ] {
            let result = try await fixture.cronmill(["setup", "--database", first] + arguments)
            try #require(result.exitCode == 0, "\(result.errors)")
        }
        for arguments in [
            ["producer", fixture.runner, "--queue", "work"], ["monitor", fixture.runner], ["operator", fixture.runner],
        ] {
            let result = try await fixture.cronmill(["grant"] + arguments + ["--database", first])
            try #require(result.exitCode == 0, "\(result.errors)")
        }
        let paused = try await fixture.cronmill(["pause", "work", "--database", first])
        try #require(paused.exitCode == 0, "\(paused.errors)")
        let empty = try await fixture.cronmill(["setup", "--database", second])
        try #require(empty.exitCode == 0, "\(empty.errors)")
    }

    @Test("an import makes the second database what the first is: settings, procedures, jobs, roles; once")
    func roundTrip() async throws {
        try await withDatabases(2) { fixture in
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            try await fill(fixture)
            let text = try await export(fixture, first)
            #expect(try await export(fixture, first) == text)
            let done = try await `import`(text, fixture, second)
            #expect(done.exitCode == 0, "\(done.errors)")
            #expect(try await export(fixture, second) == text)
            let jobs = try await fixture.jobs(of: first)
            #expect(jobs.count == 4)
            #expect(try await fixture.jobs(of: second) == jobs.map { $0.replacing(first, with: second) })
            let seen: (String) async throws -> [String] = { database in
                try await fixture.cronRows(
                    """
                    select g.part from cronmill_cron.grantee as g join cronmill_cron.work_database as w using (work_database_id)
                    where w.name = \(database) order by 1
                    """
                )
            }
            #expect(try await seen(second) == ["monitor", "operator"])
            let check = try await fixture.cronmill(["sync", "--check", "--database", second])
            #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
            let again = try await `import`(text, fixture, second)
            #expect(again == ProgramResult(output: "", errors: "\(second): nothing to change\n", exitCode: 0))
            // The tasks are done there, by the procedures that came with the file.
            let resumed = try await fixture.cronmill(["resume", "work", "--database", second])
            #expect(resumed.exitCode == 0, "\(resumed.errors)")
            try await fixture.enqueue(3, in: second)
            try await fixture.call(in: second)
            #expect(try await fixture.done(in: second) == [1, 2, 3])
            try await fixture.call("fragments", in: second)
        }
    }

    @Test("settings go into the cron database, too, where there is no link")
    func unlinked() async throws {
        try await withServer { server in
            try await withDatabases(named: ["shop", "postgres"], on: server) { fixture in
                try await fill(fixture)
                let text = try await export(fixture, "shop")
                let done = try await `import`(text, fixture, "postgres")
                #expect(done.exitCode == 0, "\(done.errors)")
                #expect(try await export(fixture, "postgres") == text)
                #expect(
                    try await fixture.jobs(of: "postgres").filter { $0.contains("call cronmill_processor") }.count == 4
                )
                let back = try await `import`(try await export(fixture, "postgres"), fixture, "shop")
                #expect(back.errors == "shop: nothing to change\n")
            }
        }
    }

    @Test("psql applies an export, too, once the cron database knows the roles")
    func psql() async throws {
        try await withDatabases(2) { fixture in
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            try await fill(fixture)
            let text = try await export(fixture, first)
            let psql = { (text: String) in
                try await fixture.server.client(
                    "psql",
                    ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", second],
                    input: Array(text.utf8)
                )
            }
            let refused = try await psql(text)
            #expect(refused.exitCode == 3)
            #expect(refused.errors.contains("may not run as role \"\(fixture.runner)\""), "\(refused.errors)")
            #expect(try await fixture.rows("select count(*) from cronmill.queue", in: second) == ["0"])
            for line in text.split(separator: "\n") where line.hasPrefix("--     cronmill grant ") {
                let words = line.split(separator: " ").dropFirst(2).map(String.init)
                let granted = try await fixture.cronmill(words.dropLast() + [second])
                #expect(granted.exitCode == 0, "\(granted.errors)")
            }
            for _ in 1...2 {
                let applied = try await psql(text)
                #expect(applied.exitCode == 0, "\(applied.errors)")
                #expect(try await export(fixture, second) == text)
            }
            let nothing = try await `import`(text, fixture, second)
            #expect(nothing.errors == "\(second): nothing to change\n")
        }
    }

    @Test("an export of named processors has their queues and producers and nothing else")
    func part() async throws {
        try await withDatabases(2) { fixture in
            try await fill(fixture)
            let text = try await export(fixture, fixture.databases[0], "work")
            #expect(text.contains("\n-- queue work\n"))
            #expect(text.contains("'producer', 'work'"))
            #expect(!text.contains("fragments"))
            #expect(!text.contains("'monitor'"))
            let file = "\(NSTemporaryDirectory())/\(fixture.database).sql"
            #expect(try await export(fixture, fixture.databases[0], "work", "--file", file) == "")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
            let read = try await fixture.cronmill(["import", "--file", file, "--database", fixture.databases[0]])
            #expect(read.errors == "\(fixture.databases[0]): nothing to change\n")
            try FileManager.default.removeItem(atPath: file)
            let nowhere = try await fixture.cronmillHere("export", "--file", "/nowhere/x.sql")
            #expect(nowhere.exitCode == 1)
            #expect(
                nowhere.errors
                    == "cronmill: error: could not write file \"/nowhere/x.sql\": No such file or directory\n"
            )
            let unknown = try await fixture.cronmill(["export", "wrok", "--database", fixture.databases[0]])
            #expect(unknown.exitCode == 1)
            #expect(unknown.errors.contains("hint: Did you mean \"work\"?"))
        }
    }

    @Test("an import changes what differs, and leaves alone what the file does not name")
    func changes() async throws {
        try await withDatabases(2) { fixture in
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            try await fill(fixture)
            let text = try await export(fixture, first)
            let here = try await fixture.cronmill([
                "setup", "--database", second, "--queue", "mine", "--handler", "app.work", "--run-as", fixture.runner,
            ])
            #expect(here.exitCode == 0, "\(here.errors)")
            _ = try await `import`(text, fixture, second)
            try await fixture.script(
                """
                update cronmill.processor set slots = 7, enabled = false where name = 'work';
                drop procedure cronmill_processor.fragments
                """,
                in: second
            )
            let dry = try await `import`(text, fixture, second, "--dry-run")
            #expect(dry.exitCode == 0, "\(dry.errors)")
            #expect(dry.output.contains("\n-- import settings, changing processors: work\n"))
            let slots: SQL =
                "select name, slots, enabled from cronmill.processor where name in ('mine', 'work') order by name"
            #expect(try await fixture.rows(slots, in: second) == ["mine|1|f", "work|7|f"])
            let done = try await `import`(text, fixture, second)
            #expect(done.errors == "\(second): import settings, changing processors: work\n")
            #expect(try await fixture.rows(slots, in: second) == ["mine|1|f", "work|2|t"])
            #expect(try await fixture.jobs(of: second).count(where: { $0.contains("work(") }) == 2)
            try await fixture.call("fragments", in: second)
        }
    }

    @Test(
        "what cannot be met is said, and nothing of the file is done",
        arguments: [
            ("'app.work(jsonb)', --", "'app.wrok(jsonb)', --", "handler app.wrok(jsonb) does not exist in database"),
            ("'RUNNER', --", "'nobody', --", "role \"nobody\" does not exist"),
            (
                "2, -- slots", "900, -- slots",
                "would have 900 slots of enabled processors that never sleep, and may have 16"
            ),
            (
                "<> \((try? SQLScript(folder: "work"))?.version ?? 0) then", "<> 0 then",
                "these settings are for schema version"
            ),
            ("-- queue work", "commit;\n-- queue work", "EXECUTE of transaction commands is not implemented"),
            ("'0 0 31 2 *', -- schedule", "'61 * * * *', -- schedule", "61"),
        ]
    )
    func refused(part: String, replacement: String, message: String) async throws {
        try await withDatabases(2) { fixture in
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            try await fill(fixture)
            let text = try await export(fixture, first)
            let wrong = text.replacing(part.replacing("RUNNER", with: fixture.runner), with: replacement)
            #expect(wrong != text)
            let refused = try await `import`(wrong, fixture, second)
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains(message), "\(refused.errors)")
            #expect(try await fixture.rows("select count(*) from cronmill.queue", in: second) == ["0"])
            #expect(try await fixture.jobs(of: second) == [])
            let permitted = try await fixture.cronRows(
                """
                select a.role_name from cronmill_cron.run_as as a join cronmill_cron.work_database as w using (work_database_id)
                where w.name = \(second)
                """
            )
            #expect(permitted == [])
        }
    }

    @Test(
        "a text that is no export is refused before connecting",
        arguments: [
            "select 1;\n", "", "-- cronmill settings, schema version 1\nselect 1;\ncommit;\n",
            "-- cronmill settings, schema version 1\nbegin;\nselect 1;\n",
        ]
    )
    func noExport(text: String) async throws {
        let server = try await TestServer.shared()
        let refused = try await server.cronmill(["import", "--database", "postgres"], input: Array(text.utf8))
        #expect(refused.exitCode == 64)
        #expect(refused.errors.contains("error: this is no export of settings, or not the whole of one"))
    }

    @Test("a role that does not own the schema exports and imports nothing")
    func owner() async throws {
        try await withDatabases(2) { fixture in
            try await fill(fixture)
            let text = try await export(fixture, fixture.databases[0])
            for (arguments, input) in [(["export"], ""), (["import"], text)] {
                let refused = try await fixture.cronmill(
                    arguments + ["--database", fixture.databases[1]],
                    environment: ["DB_USER": fixture.runner],
                    input: Array(input.utf8)
                )
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains("belongs to role"), "\(refused.errors)")
            }
        }
    }

    @Test("pg_dump and restore, then sync --adopt, carry settings and tasks to another database")
    func dump() async throws {
        try await withDatabases { fixture in
            let first = fixture.database
            try await fixture.script("create database \(first)_restored", in: "postgres")
            let restored = "\(first)_restored"
            let setup = try await fixture.cronmill([
                "setup", "--database", first, "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner,
                "--schedule", Fixture.never, "--enable",
            ])
            try #require(setup.exitCode == 0, "\(setup.errors)")
            try await fixture.enqueue(3, in: first)
            let dump = try await fixture.server.client("pg_dump", ["--no-password", "-d", first])
            #expect(dump.exitCode == 0, "\(dump.errors)")
            let restore = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored],
                input: Array(dump.output.utf8)
            )
            #expect(restore.exitCode == 0, "\(restore.errors)")
            let refused = try await fixture.cronmill(["setup", "--database", restored])
            #expect(refused.exitCode == 1)
            let adopted = try await fixture.cronmill(["sync", "--adopt", "--database", restored])
            #expect(adopted.exitCode == 0, "\(adopted.errors)")
            #expect(try await export(fixture, restored) == export(fixture, first))
            try await fixture.call(in: restored)
            #expect(try await fixture.done(in: restored) == [1, 2, 3])
            #expect(try await fixture.done(in: first) == [])
            #expect(try await fixture.jobs(of: restored).count == fixture.jobs(of: first).count)
            let check = try await fixture.cronmill(["sync", "--check", "--database", restored])
            #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
            let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", restored])
            #expect(removed.exitCode == 0, "\(removed.errors)")
        }
    }
}

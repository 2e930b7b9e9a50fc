import Foundation
import Postgres
import SQLFiles
import Testing

@testable import Cronmill

/// The tables and functions of both halves, and how they come from one version to the next.
@Suite("Schemas", .timeLimit(.minutes(60)))
struct SchemaTests {
    /// `make golden` writes what is there now.
    @Test("a fresh install is what is recorded in Golden/", arguments: ["cronmill", "cronmill_cron"])
    func golden(schema: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect(schema == "cronmill" ? fixture.database : "postgres")
            let found = try await SchemaListing.lines(schema, connection)
            await connection.close()
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(schema).txt")
            if ProcessInfo.processInfo.environment["CRONMILL_WRITE_GOLDEN"] != nil {
                try Data((found.joined(separator: "\n") + "\n").utf8).write(to: file)
            }
            let recorded = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            let difference = found.difference(from: recorded)
            #expect(difference.isEmpty, "the schema has changed: write an upgrade if it is released, then make golden")
        }
    }

    /// Says which lines a server's schemas have and a fresh install has not (`+`), and the other way round (`-`).
    private static func expectFresh(
        _ server: TestServer,
        _ fresh: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let differences = try await listing(server).difference(from: fresh).map {
            switch $0 {
            case .insert(_, let line, _): "+\(line)"
            case .remove(_, let line, _): "-\(line)"
            }
        }
        #expect(differences == [], sourceLocation: sourceLocation)
    }

    /// The versions that this program knows, of work databases and the registry.
    private static func version(_ half: String) -> Int { (try? SQLScript(folder: half))?.version ?? 0 }

    private static func number(_ half: String) -> String { "\(half)/00\(version(half) + 1)" }

    /// The files of a next version, with a column more in one table of each half.
    private static let next: [SQLFile] = {
        let column = "    note text not null default '',\n"
        let comment = { (table: String) in "comment on column \(table).note is 'A note.';\n" }
        return SQLFile.all.map { file in
            let table: String
            switch file.path {
            case "work/tables/queue.sql": table = "cronmill.queue"
            case "cron/tables/run_as.sql": table = "cronmill_cron.run_as"
            default: return file
            }
            // After the last column, which is where ALTER TABLE puts it.
            let text = file.text
            guard let constraint = text.firstRange(of: "    constraint ") else { return file }
            return SQLFile(
                path: file.path,
                text: text[..<constraint.lowerBound] + column + text[constraint.lowerBound...] + comment(table)
            )
        }
            + [
                (number("work"), "cronmill.queue"), (number("cron"), "cronmill_cron.run_as"),
            ].map { number, table in
                SQLFile(
                    path: "upgrades/\(number)_a_note.sql",
                    text: "alter table \(table) add column note text not null default '';\n" + comment(table)
                )
            }
    }()

    @Test("an upgrade gives the schema of a fresh install and keeps what is there; the older program then refuses")
    func upgrade() async throws {
        let fresh = try await Self.withNext { server, deployment in
            try await Self.setUp(server, deployment)
            return try await Self.listing(server)
        }
        #expect(fresh.contains { $0.hasPrefix("column queue.note ") })
        #expect(fresh.contains { $0.hasPrefix("column run_as.note ") })
        let (work, cron) = (Self.version("work"), Self.version("cron"))
        try await withServer { server in
            let arguments = ["setup", "--database", "shop"]
            try await Self.makeDatabase(server)
            let older = try await server.cronmill(
                arguments + ["--queue", "work", "--handler", "app.work", "--run-as", "runner", "--enable"]
            )
            try #require(older.exitCode == 0, "\(older.errors)")
            var deployment = server.deployment
            deployment.sqlFiles = Self.next
            let found = try await deployment.comparison(of: "shop")
            #expect(
                found.differences.map(\.text) == [
                    "schema cronmill_cron has version \(cron), this program \(cron + 1)",
                    "schema cronmill has version \(work), this program \(work + 1)",
                ]
            )
            #expect(Set(found.differences.map(\.command)) == ["cronmill setup --database shop"])
            #expect(found.plan.isEmpty)
            let plan = try await deployment.planSetup(SetupRequest(), database: "shop")
            #expect(
                plan.steps.map(\.title) == [
                    "upgrade schema cronmill_cron to version \(cron + 1): a note",
                    "renew the functions of the registry",
                    "renew the housekeeper", "upgrade schema cronmill to version \(work + 1): a note",
                    "renew the functions of the work database",
                ]
            )
            try await deployment.apply(plan)
            try await Self.expectFresh(server, fresh)
            let again = try await deployment.planSetup(SetupRequest(), database: "shop")
            #expect(again.isEmpty)
            let settings = try await Self.rows(
                server,
                "shop",
                "select p.name, q.note, p.enabled from cronmill.processor as p join cronmill.queue as q using (queue_id)"
            )
            #expect(settings == ["work||t"])
            // A second program that has planned the same upgrade loses cleanly.
            let late = await #expect(throws: PostgresError.self) { try await deployment.apply(plan) }
            #expect(late?.sqlState == "MC013")
            try await Self.expectFresh(server, fresh)

            for command in [arguments, ["sync", "--database", "shop"], ["export", "--database", "shop"]] {
                let refused = try await server.cronmill(command)
                let (half, version, known) =
                    command[0] != "export"
                    ? ("cronmill_cron of database \"postgres\"", cron + 1, cron)
                    : ("cronmill of database \"shop\"", work + 1, work)
                #expect(
                    refused.errors == """
                        cronmill: error: schema \(half) has version \(version), and this program knows it up to version \(known)
                        cronmill: detail: A newer cronmill has upgraded it.
                        cronmill: hint: Use that one.

                        """
                )
                #expect(refused.exitCode == 1)
            }
        }
    }

    @Test("an upgrade that fails leaves the version, the tables and the functions as they were")
    func failingUpgrade() async throws {
        try await withServer { server in
            try await Self.makeDatabase(server)
            try await Self.setUp(server, server.deployment)
            let before = try await Self.listing(server)
            var deployment = server.deployment
            deployment.sqlFiles = Self.next.map { file in
                file.path == "upgrades/\(Self.number("work"))_a_note.sql"
                    ? SQLFile(path: file.path, text: file.text + "select 1 / 0;\n") : file
            }
            let plan = try await deployment.planSetup(SetupRequest(), database: "shop")
            let error = await #expect(throws: PostgresError.self) { try await deployment.apply(plan) }
            #expect(error?.sqlState == "22012")
            let after = try await Self.listing(server).filter { !$0.contains("run_as") }
            #expect(after == before.filter { !$0.contains("run_as") })
            #expect(
                try await Self.rows(server, "shop", "select schema_version from cronmill.installation") == [
                    "\(Self.version("work"))"
                ]
            )
        }
    }

    @Test("functions whose results are of other types now are made anew with the views on them, and keep their grants")
    func otherResults() async throws {
        try await withServer { server in
            try await Self.makeDatabase(server)
            let fresh = try await Self.withFresh { try await Self.listing($0) }
            var older = server.deployment
            // Of the one, a view.
            let changed = [
                "work/locks/lock_class.sql": ("integer", "bigint"),
                "cron/jobs/job_command.sql": ("text", "varchar"),
            ]
            older.sqlFiles = SQLFile.all.map { file in
                guard let (now, then) = changed[file.path] else { return file }
                return SQLFile(
                    path: file.path,
                    text: file.text.replacing("returns \(now)\n", with: "returns \(then)\n")
                )
            }
            try await Self.setUp(server, older)
            let granted = try await server.cronmill(["grant", "monitor", "runner", "--database", "shop"])
            #expect(granted.exitCode == 0, "\(granted.errors)")
            let work = try await server.connect("shop")
            try await work.execute("create view app.uses as select cronmill.lock_class('slot') as used")
            let refused = try await server.cronmill(["setup", "--database", "shop"])
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("view app.uses depends on function cronmill.lock_class(text)"))
            try await work.execute("drop view app.uses")
            await work.close()
            let upgraded = try await server.cronmill(["setup", "--database", "shop"])
            #expect(upgraded.exitCode == 0, "\(upgraded.errors)")
            try await Self.expectFresh(server, fresh)
            for command in [["sync", "--check"], ["check-permissions"]] {
                let clean = try await server.cronmill(command + ["--database", "shop"])
                #expect(clean.exitCode == 0, "\(clean.output)\(clean.errors)")
            }
        }
    }

    @Test(
        "an installation of 0.1.0 is upgraded while a run of it goes; each task is done once, by its engine or the new one"
    )
    func released() async throws {
        let fresh = try await Self.withFresh { try await Self.listing($0) }
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/0.1.0")
        try await withServer { server in
            try await Self.makeDatabase(server)
            var older = server.deployment
            older.sqlFiles = try SQLFile.all.filter { !$0.path.hasPrefix("upgrades/") }.compactMap { file in
                let released = folder.appending(path: file.path)
                guard FileManager.default.fileExists(atPath: released.path()) else {
                    // What is listed nowhere is installed because it is there.
                    let isNew = file.path.hasPrefix("work/linked/") || file.path.hasPrefix("work/direct/")
                    return isNew ? nil : file
                }
                return SQLFile(path: file.path, text: try String(contentsOf: released, encoding: .utf8))
            }
            try await Self.setUp(server, older)
            let cron = try await server.connect()
            try await cron.execute("select cronmill_cron.permit_run_as('shop', 'runner')")
            await cron.close()
            try await Self.script(
                server,
                try String(contentsOf: folder.appending(path: "procedure.sql"), encoding: .utf8) + """
                    ;
                    insert into cronmill.queue (name) values ('work');
                    insert into cronmill.processor (name, queue_id, handler, run_as)
                    select 'work', q.queue_id, 'app.work(jsonb)', 'runner' from cronmill.queue as q;
                    create table app.done (n integer); grant insert on app.done to runner;
                    create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                    begin
                        perform pg_sleep(0.005);
                        insert into app.done (n) values ((payload ->> 'n')::integer);
                    end $$;
                    select cronmill.enqueue_many(
                        'work', array(select jsonb_build_object('n', n) from generate_series(1, 400) as n));
                    """
            )
            let granted = try await server.connect("shop")
            try await granted.script(
                """
                create role app login; select cronmill.grant_part('app', 'producer', 'work');
                create view app.uses as select cronmill.enqueue('work', '1') as task_id
                """
            )
            await granted.close()
            let refused = try await server.cronmill(["setup", "--database", "shop"])
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("view app.uses depends on function cronmill.enqueue("), "\(refused.errors)")
            try await Self.script(server, "drop view app.uses")
            async let run: Void = Self.call(server)
            try await eventually("tasks are done") {
                try await Self.rows(server, "shop", "select count(*) > 50 from app.done") == ["t"]
            }
            let upgraded = try await server.cronmill(["setup", "--database", "shop"])
            do {
                try await run
            } catch let error as PostgresError where error.sqlState == .undefinedFunction {
                // The function by which it gives its slot back is gone, and so is it, a moment later.
            }
            #expect(
                upgraded.errors.hasSuffix(
                    """
                    shop: upgrade schema cronmill to version 2: engine
                    shop: upgrade schema cronmill to version 3: tags
                    shop: upgrade schema cronmill to version 4: graphs
                    shop: upgrade schema cronmill to version 5: recurring
                    shop: upgrade schema cronmill to version 6: totals
                    shop: upgrade schema cronmill to version 7: attempts
                    shop: upgrade schema cronmill to version 8: marks
                    shop: renew the functions of the work database
                    shop: generate the procedure of processor work

                    """
                ),
                "\(upgraded.output)\(upgraded.errors)"
            )
            // As they were called before, by a producer of before.
            let producer = try await server.connect("shop", as: "app")
            try await producer.script(
                """
                select cronmill.enqueue_many('work', array(select jsonb_build_object('n', n) from generate_series(401, 497) as n), 0, now());
                select cronmill.enqueue('work', '{"n": 498}', 9, now(), null, null, '1 minute', 3);
                select cronmill.enqueue('work', payload => '{"n": 499}', run_at => now());
                select cronmill.enqueue_envelopes('work', array['{"payload": {"n": 500}}'::jsonb], 0, now(), null, null, null, 2);
                """
            )
            await producer.close()
            try await Self.call(server)
            #expect(
                try await Self.rows(server, "shop", "select count(*), count(distinct n) from app.done") == ["500|500"]
            )
            try await Self.expectFresh(server, fresh)
            for command in [["sync", "--check"], ["setup"]] {
                let clean = try await server.cronmill(command + ["--database", "shop"])
                #expect(clean.exitCode == 0, "\(clean.output)\(clean.errors)")
            }
        }
    }

    private static func script(_ server: TestServer, _ text: String) async throws {
        let connection = try await server.connect("shop")
        try await connection.script(text)
        await connection.close()
    }

    /// Calls the procedure until nothing is left, as its run-as role.
    private static func call(_ server: TestServer) async throws {
        let connection = try await server.connect("shop", as: "runner")
        try await connection.execute("call cronmill_processor.work(0)")
        await connection.close()
    }

    private static func withFresh<Value>(_ body: (TestServer) async throws -> Value) async throws -> Value {
        var value: Value?
        try await withServer { server in
            try await makeDatabase(server)
            try await setUp(server, server.deployment)
            value = try await body(server)
        }
        return try #require(value)
    }

    @Test(
        "tables that are not those of their version are not touched, and setup says so",
        arguments: [
            (
                "shop", "cronmill", "alter table cronmill.processor drop column keep_done cascade",
                "there is no cronmill.processor.keep_done"
            ),
            (
                "shop", "cronmill", "drop table cronmill.grantee cascade",
                "there is no cronmill.grantee.granted_at, there is no cronmill.grantee.part, "
                    + "there is no cronmill.grantee.queue_id, there is no cronmill.grantee.role_name"
            ),
            (
                "postgres", "cronmill_cron", "alter table cronmill_cron.run_as add column mine text",
                "nobody knows cronmill_cron.run_as.mine"
            ),
        ]
    )
    func unreleased(database: String, schema: String, change: String, difference: String) async throws {
        let version = Self.version(schema == "cronmill" ? "work" : "cron")
        try await withServer { server in
            try await Self.makeDatabase(server)
            try await Self.setUp(server, server.deployment)
            let connection = try await server.connect(database)
            try await connection.execute("\(unsafeRaw: change)")
            await connection.close()
            let refused = try await server.cronmill(["setup", "--database", "shop"])
            #expect(
                refused.errors == """
                    cronmill: error: schema \(schema) of database "\(database)" cannot be upgraded: its tables are not those of version \(version)
                    cronmill: detail: They are of a state that was never released, or were changed by hand: \(difference).
                    cronmill: hint: Remove it with the program that installed it (cronmill remove), then set it up again.

                    """
            )
            #expect(refused.exitCode == 1)
        }
    }

    private static func withNext<Value>(_ body: (TestServer, Deployment) async throws -> Value) async throws -> Value {
        var value: Value?
        try await withServer { server in
            try await makeDatabase(server)
            var deployment = server.deployment
            deployment.sqlFiles = next
            value = try await body(server, deployment)
        }
        return try #require(value)
    }

    private static func makeDatabase(_ server: TestServer) async throws {
        let cron = try await server.connect()
        try await cron.execute("create database shop")
        try await cron.execute("create role runner login")
        await cron.close()
        let work = try await server.connect("shop")
        try await work.script(
            """
            create schema app;
            create function app.work(payload jsonb) returns void language sql as 'select';
            grant usage on schema app to runner
            """
        )
        await work.close()
    }

    private static func setUp(_ server: TestServer, _ deployment: Deployment) async throws {
        try await deployment.apply(try await deployment.planSetup(SetupRequest(), database: "shop"))
    }

    private static func listing(_ server: TestServer) async throws -> [String] {
        var lines: [String] = []
        for (database, schema) in [("postgres", "cronmill_cron"), ("shop", "cronmill")] {
            let connection = try await server.connect(database)
            lines += try await SchemaListing.lines(schema, connection)
            await connection.close()
        }
        return lines
    }

    private static func rows(_ server: TestServer, _ database: String, _ sql: SQL) async throws -> [String] {
        let connection = try await server.connect(database)
        let rows = try await connection.query(sql)
        await connection.close()
        return rows.map { row in row.columns.map { row[$0] ?? "-" }.joined(separator: "|") }
    }
}

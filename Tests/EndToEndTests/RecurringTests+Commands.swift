import Foundation
import Postgres
import Testing

extension RecurringTests {
    @Test("list, show, and what psql would run")
    func looking() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let dry = try await fixture.cronmillHere(
                "recurring",
                "set",
                "it's \"late\"",
                "--queue",
                "work",
                "--schedule",
                "30 2 * * *",
                "--zone",
                "europe/berlin",
                "--payload",
                "{}",
                "--dry-run"
            )
            #expect(dry.exitCode == 0, "\(dry.errors)")
            let psql = try await fixture.server.client("psql", ["-X", "-f", "-"], input: Array(dry.output.utf8))
            #expect(psql.exitCode == 0, "\(psql.errors)")
            let shown = try await fixture.cronmillHere("recurring", "show", "it's \"late\"", "--next", "3")
            #expect(shown.exitCode == 0, "\(shown.errors)")
            #expect(shown.output.contains("zone        Europe/Berlin\n"))
            #expect(shown.output.split(separator: "\n").filter { $0.contains(" 02:30 Europe/Berlin, ") }.count >= 2)
            let listed = try await fixture.cronmillHere("recurring", "list", "--json")
            #expect(listed.output.contains(#""name": "it's \"late\"""#), "\(listed.output)")
            let gone = try await fixture.cronmillHere("recurring", "remove", "it's \"late\"")
            #expect(gone.exitCode == 0, "\(gone.errors)")
            let unknown = try await fixture.cronmillHere("recurring", "remove", "it's \"late\"")
            #expect(unknown.exitCode == 1)
            #expect(unknown.errors.contains("does not exist in database"))
        }
    }

    @Test(
        "what makes no sense is refused, before there is a connection where that can be",
        arguments: [
            (["--schedule", "* * * * * *"], 64, "has 6 fields, not 5"),
            (["--schedule", "10 seconds"], 64, "is one in seconds"),
            (["--schedule", "0 0 30 2 *"], 1, "schedule 0 0 30 2 * never comes"),
            (["--zone", "Europe/Berlim"], 1, "time zone \"Europe/Berlim\" is not known"),
            (["--zone", "+02"], 1, "time zone \"+02\" is not known"),
            (["--payload", "7"], 1, "an envelope whose payload is an object"),
            (["--payload", "{"], 1, "--payload is not JSON"),
            (["--payload", "{\"_tick\": 1}"], 1, "a field _tick of its own"),
            (["--catch-up", "most"], 64, "--catch-up is skip, one or all"),
            (["--catch-up-within", "0"], 64, "for nothing, say --catch-up skip"),
            (["--catch-up-within", "400d"], 64, "the longest is 366d"),
            (["--overlap", "no"], 64, "--overlap is allow or skip"),
            (["--queue", "none"], 1, "queue \"none\" does not exist"),
        ]
    )
    func refused(_ flags: [String], exitCode: Int32, message: String) async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            var arguments = ["--queue": "work", "--schedule": "* * * * *", "--payload": "{}"]
            arguments[flags[0]] = flags[1]
            let result = try await fixture.cronmillHere(
                ["recurring", "set", "one"] + arguments.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
            )
            #expect(result.exitCode == exitCode, "\(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(try await fixture.rows("select count(*) from cronmill.recurring") == ["0"])
        }
    }

    @Test("of several databases JSON is one array, and a disabled one has the ticks that it would have")
    func arrays() async throws {
        try await withDatabases(2) { fixture in
            let both = fixture.databases.flatMap { ["--database", $0] }
            try await fixture.setUp()
            let other = try await fixture.cronmill(
                ["setup", "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner, "--database"]
                    + [fixture.databases[1]]
            )
            #expect(other.exitCode == 0, "\(other.errors)")
            func array(_ arguments: String...) async throws -> [[String: Any]] {
                let result = try await fixture.cronmill(["recurring"] + arguments + ["--json"] + both)
                let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
                return try #require(value as? [[String: Any]], "\(result.output)\(result.errors)")
            }
            let made = try await array(
                "set",
                "one",
                "--queue",
                "work",
                "--schedule",
                "0 3 * * *",
                "--payload",
                "{}",
                "--disabled"
            )
            #expect(made.map { $0["database"] as? String } == fixture.databases)
            #expect(made.map { $0["result"] as? String } == ["made", "made"])
            let shown = try await array("show", "one")
            #expect(shown.map { ($0["next_if_enabled"] as? [Any])?.count } == [5, 5])
            #expect(shown.allSatisfy { $0["next"] == nil })
            let text = try await fixture.cronmillHere("recurring", "show", "one")
            #expect(text.output.contains("\nif enabled  "), "\(text.output)")
            #expect(!text.output.contains("\nnext "), "\(text.output)")
        }
    }

    @Test("what enqueue would refuse is refused, and costs one number")
    func envelopes() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            for (envelope, message) in [
                (#"{"payload": {}, "priority": 10}"#, "priority 10 is not a number from 0 to 9"),
                (#"{"payload": {}, "prio": 1}"#, "an envelope has no field \"prio\""),
                (#"{"payload": {}, "run_at": "tomorrow"}"#, "has a field \"run_at\""),
                (#"{"payload": {}, "timeout": "2 days"}"#, "is longer than a day"),
                (#"{"payload": {}, "unique_key": ""}"#, "has 1 to 1000 bytes"),
                ("[]", "is an envelope"),
                ("{", #"It is an envelope: {"payload": {"of": "sales"}}."#),
            ] {
                let result = try await fixture.cronmillHere(
                    "recurring",
                    "set",
                    "one",
                    "--queue",
                    "work",
                    "--schedule",
                    "* * * * *",
                    "--template",
                    "-",
                    input: envelope
                )
                #expect(result.exitCode == 1)
                #expect(result.errors.contains(message), "\(result.errors)")
            }
            let made = try await fixture.cronmillHere(
                "recurring",
                "set",
                "one",
                "--queue",
                "work",
                "--schedule",
                "@daily",
                "--template",
                "-",
                input: #"{"payload": {"n": 7}, "priority": 9, "group_key": "g", "timeout": "1 minute"}"#
            )
            #expect(made.exitCode == 0, "\(made.errors)")
            _ = try await fixture.cronmillHere("recurring", "run-now", "one")
            #expect(
                try await fixture.rows(
                    "select t.task_id, t.priority, t.group_key, t.timeout, t.payload - '_tick' from cronmill.task as t"
                ) == ["2|9|g|00:01:00|{\"n\": 7}"]
            )
        }
    }

    @Test("a producer defines for its own queue, for as long as it is one; operators switch; others may nothing")
    func rights() async throws {
        try await withDatabases { fixture in
            let (producer, other, watcher) = ("\(fixture.runner)_p", "\(fixture.runner)_o", "\(fixture.runner)_m")
            for role in [producer, other, watcher] { try await fixture.server.makeRole(role) }
            try await fixture.setUp()
            try await fixture.setUp(queue: "letters")
            for grant in [
                ["producer", producer, "--queue", "work"], ["producer", other, "--queue", "letters"],
                ["monitor", watcher], ["operator", other],
            ] {
                let result = try await fixture.cronmillHere(["grant"] + grant)
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            func attempt(_ role: String, _ statement: String) async throws -> String? {
                let connection = try await fixture.connect(as: role)
                defer { Task { await connection.close() } }
                do {
                    try await connection.execute("\(unsafeRaw: statement)")
                    return nil
                } catch let error as PostgresError {
                    return error.sqlState?.code
                }
            }
            let define = { (name: String, queue: String) in
                "select cronmill.set_recurring('\(name)', '\(queue)', '* * * * *', '{\"payload\": {\"n\": 5}}')"
            }
            #expect(try await attempt(producer, define("mine", "work")) == nil)
            #expect(try await attempt(producer, define("theirs", "letters")) == "MC003")
            #expect(try await attempt(other, define("theirs", "letters")) == nil)
            #expect(try await attempt(producer, define("theirs", "work")) == "MC002")
            #expect(try await attempt(producer, "select cronmill.remove_recurring('theirs')") == "MC003")
            #expect(try await attempt(watcher, "select cronmill.run_recurring('mine')") == "42501")
            #expect(try await attempt(watcher, "select template from cronmill.recurring") == "42501")
            #expect(try await attempt(watcher, "select next_at from cronmill.recurring") == nil)
            #expect(try await attempt(fixture.runner, "select next_at from cronmill.recurring") == "42501")
            #expect(try await attempt(producer, "select cronmill.fire_templates(1, now() + '1 day', 10)") == "42501")
            #expect(try await attempt(other, "select cronmill.switch_recurring('mine', false)") == nil)
            #expect(try await attempt(other, "select cronmill.switch_recurring('mine', true)") == nil)
            let listed = try await fixture.cronmill(
                ["recurring", "list", "--database", fixture.database],
                environment: ["DB_USER": watcher]
            )
            #expect(listed.exitCode == 0, "\(listed.errors)")
            let clean = try await fixture.cronmillHere("check-permissions")
            #expect(!clean.output.contains("recurring"), "\(clean.output)")

            let revoked = try await fixture.cronmillHere("revoke", "producer", producer, "--queue", "work")
            #expect(revoked.exitCode == 0, "\(revoked.errors)")
            try await fixture.script("update cronmill.recurring set next_at = '2026-01-01 12:00+00', last_at = null")
            #expect(try await Self.fire(fixture, at: "'2026-01-01 12:00:01+00'") == 0)
            #expect(
                try await fixture.rows("select enabled, error from cronmill.recurring where name = 'mine'") == [
                    "f|role \"\(producer)\", which defined it, may no longer enqueue to its queue"
                ]
            )
        }
    }

    @Test(
        "export and import carry templates along, twice the same, and fire nothing of the past; removal says what becomes of them"
    )
    func moving() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp()
            _ = try await fixture.cronmillHere(
                "recurring",
                "set",
                "it's mine",
                "--queue",
                "work",
                "--schedule",
                "5 4 * * sun",
                "--zone",
                "Europe/Berlin",
                "--payload",
                #"{"n": 1, "text": "a\\b'c"}"#,
                "--catch-up",
                "all",
                "--disabled"
            )
            _ = try await Self.set(fixture)
            try await fixture.script(
                "select cronmill.set_recurring(U&'a\\009bb', 'work', '* * * * *', '{\"payload\": {}}', enabled => false)"
            )
            let exported = try await fixture.cronmillHere("export")
            #expect(exported.exitCode == 0, "\(exported.errors)")
            for expected in ["import settings", "nothing to change"] {
                let imported = try await fixture.cronmill(
                    ["import", "--database", fixture.databases[1]],
                    input: Array(exported.output.utf8)
                )
                #expect(imported.exitCode == 0, "\(imported.errors)")
                #expect(imported.errors.contains(expected), "\(imported.errors)")
                let warnings = imported.errors.components(separatedBy: "nothing fires").count - 1
                #expect(warnings == (expected == "import settings" ? 1 : 0), "\(imported.errors)")
            }
            #expect(exported.output.contains("-- recurring template a b\n"), "\(exported.output)")
            let again = try await fixture.cronmill(["export", "--database", fixture.databases[1]])
            #expect(again.output == exported.output)
            #expect(
                try await fixture.rows(
                    "select bool_and(next_at > changed_at) from cronmill.recurring",
                    in: fixture.databases[1]
                )
                    == ["t"]
            )
            let processor = try await fixture.cronmillHere("remove", "work", "--yes")
            #expect(processor.errors.contains("Recurring templates of its queue stay"), "\(processor.errors)")
            let queue = try await fixture.cronmillHere("remove", "--queue", "work", "--yes")
            #expect(queue.errors.contains("Recurring templates of queue work go with it: a"))
            #expect(try await fixture.rows("select count(*) from cronmill.recurring") == ["0"])
        }
    }
}

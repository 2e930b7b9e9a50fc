import Postgres
import Testing

/// `configure --search-payload`, and searches of payloads.
@Suite("search of payloads", .timeLimit(.minutes(60)))
struct SearchPayloadTests {
    private static let indexes: SQL = """
        select c.relname, i.indisvalid from pg_index as i join pg_class as c on c.oid = i.indexrelid
        where c.relname like '%payload%' order by 1
        """

    private func configure(_ fixture: Fixture, _ arguments: String...) async throws -> ProgramResult {
        try await fixture.cronmillHere(["configure", "work"] + arguments)
    }

    private static func all(_ queueID: Int = 1) -> [String] {
        ["dead_task", "done_task", "task"].map { "\($0)_payload_\(queueID)|t" }
    }

    @Test("a search without its index is refused with the command that makes it; with it, it is answered by it")
    func searching() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.setUp(queue: "other queue")
            try await fixture.script(OverTasks.script)
            try await fixture.script(
                """
                select cronmill.enqueue(q.name, jsonb_build_object('n', n, 'of', jsonb_build_array('a', n % 2)), tags => '{t}')
                from cronmill.queue as q cross join generate_series(1, 10) as n
                """
            )
            let commands = [
                ["tasks", "--queue", "work"], ["tasks", "--queue", "work", "--state", "dead"],
                ["cancel", "--queue", "work", "--yes"], ["redrive", "work", "--yes"], ["purge", "work", "--dead", "0"],
                ["purge", "work", "--done", "0", "--yes"],
            ]
            for command in commands {
                let result = try await fixture.cronmillHere(command + ["--payload", #"{"n": 7}"#])
                #expect(
                    result.errors == """
                        cronmill: error: payloads of queue "work" have no index to be searched by
                        cronmill: detail: Without one the whole table would be read. (in database "\(fixture.database)", SQLSTATE MC025)
                        cronmill: hint: Make it: cronmill configure work --search-payload --database \(fixture.database)

                        """,
                    "\(command)"
                )
                #expect(result.exitCode == 1)
            }
            let made = try await configure(fixture, "--search-payload")
            #expect(made.exitCode == 0, "\(made.errors)")
            let found = try await fixture.cronmillHere(
                "tasks",
                "--queue",
                "work",
                "--payload",
                #"{"of": [1]}"#,
                "--csv"
            )
            #expect(found.output.split(separator: "\r\n").count == 6, "\(found.output)\(found.errors)")
            let both = try await fixture.cronmillHere(
                "tasks",
                "--queue",
                "work",
                "--payload",
                #"{"of": [1]}"#,
                "--tag",
                "none"
            )
            #expect(!both.output.contains("ready"))
            let everywhere = try await fixture.cronmillHere("tasks", "--payload", "{}")
            #expect(everywhere.errors.contains("a search of payloads is of one queue"), "\(everywhere.errors)")
            let other = try await fixture.cronmillHere("tasks", "--queue", "other queue", "--payload", "{}")
            #expect(other.errors.contains("configure 'other queue' --search-payload"), "\(other.errors)")
            let negative = try await expectedError {
                _ = try await fixture.rows("select cronmill.find_tasks(max_tasks => -2)")
            }
            #expect(negative.message == "max_tasks is -2")
            let wrong = try await fixture.cronmillHere("tasks", "--queue", "work", "--payload", "{to: 1}")
            #expect(wrong.errors.hasPrefix("cronmill: error: --payload is not JSON\n"), "\(wrong.errors)")
            // Of few tasks all are looked at.
            _ = try await fixture.rows(
                "select cronmill.enqueue_many('work', array(select jsonb_build_object('m', m) from generate_series(1, 3000) as m))"
            )
            let connection = try await fixture.connect()
            try await connection.script("begin")
            _ = try await connection.query(
                "select from cronmill.find_tasks('work', payload_contains => '{\"n\": 7}')"
            )
            let scans = try await connection.query(
                "select pg_stat_get_xact_numscans('cronmill.task_payload_1'::regclass) as scans"
            )
            #expect(scans.map { $0["scans"] } == ["1"])
            await connection.close()
            for (command, said) in [
                (["cancel", "--queue", "work", "--yes"], "1 task canceled"),
                (["redrive", "work", "--yes"], "0 dead tasks redriven"),
                (
                    ["purge", "work", "--dead", "0", "--done", "0", "--yes"],
                    "0 dead tasks and 0 finished tasks deleted"
                ),
            ] {
                let result = try await fixture.cronmillHere(command + ["--payload", #"{"n": 7}"#])
                #expect(result.errors == "\(fixture.database): \(said)\n", "\(command)")
            }
            let redriven = try await fixture.cronmillHere("redrive", "work", "--payload", #"{"n": 102}"#, "--yes")
            #expect(redriven.errors == "\(fixture.database): 1 dead task redriven\n")
            let purged = try await fixture.cronmillHere(
                "purge",
                "work",
                "--dead",
                "0",
                "--done",
                "0",
                "--payload",
                #"{"n": 201}"#,
                "--yes"
            )
            #expect(purged.errors == "\(fixture.database): 0 dead tasks and 1 finished task deleted\n")
        }
    }

    @Test("it is built once, mended where it is not valid, told by an export, and dropped")
    func indexes() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let dry = try await configure(fixture, "--search-payload", "--dry-run")
            #expect(try await fixture.rows(Self.indexes) == [])
            let made = try await configure(fixture, "--search-payload")
            #expect(
                made.errors
                    == ["tasks", "dead tasks", "finished tasks"].map {
                        "\(fixture.database): index the payloads of \($0) of queue work, while others go on\n"
                    }.joined()
            )
            #expect(try await fixture.rows(Self.indexes) == Self.all())
            let again = try await configure(fixture, "--search-payload")
            #expect(again.errors == "\(fixture.database): nothing to change\n")
            let export = try await fixture.cronmillHere("export")
            #expect(export.output.contains("\n--     cronmill configure work --search-payload --database NAME\n"))
            // As a build leaves it that is killed.
            try await fixture.script(
                "update pg_index set indisvalid = false where indexrelid = 'cronmill.task_payload_1'::regclass"
            )
            let refused = try await fixture.cronmillHere("tasks", "--queue", "work", "--payload", "{}")
            #expect(refused.exitCode == 1)
            let mended = try await configure(fixture, "--search-payload")
            #expect(
                mended.errors == "\(fixture.database): index the payloads of tasks of queue work, while others go on\n"
            )
            #expect(try await fixture.rows(Self.indexes) == Self.all())
            for command in [["setup"], ["sync", "--check"]] {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
            }
            let dropped = try await configure(fixture, "--no-search-payload")
            #expect(dropped.exitCode == 0, "\(dropped.errors)")
            #expect(try await fixture.rows(Self.indexes) == [])
            #expect(
                try await configure(fixture, "--no-search-payload").errors == "\(fixture.database): nothing to change\n"
            )
            // The script does the same.
            let script = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-f", "-"],
                input: Array(dry.output.utf8)
            )
            #expect(script.exitCode == 0, "\(script.errors)")
            #expect(try await fixture.rows(Self.indexes) == Self.all())
            for removal in [["work"], ["--queue", "work"]] {
                let result = try await fixture.cronmillHere(["remove"] + removal + ["--yes"])
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(try await fixture.rows(Self.indexes) == [])
                try await fixture.setUp()
                #expect(try await configure(fixture, "--search-payload").exitCode == 0)
            }
        }
    }

    @Test("two that configure it at once both succeed, and so does one after a build that was killed")
    func atOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            // Who builds waits for this.
            let holder = try await fixture.connect()
            try await holder.script("begin; insert into cronmill.task (queue_id, payload) values (1, '1')")
            async let killed = configure(fixture, "--search-payload")
            let building: SQL = "select pid from pg_stat_progress_create_index where datname = current_database()"
            try await eventually("the index is being built") { try await fixture.rows(building).count == 1 }
            try await fixture.script(
                "select pg_terminate_backend(pid) from pg_stat_progress_create_index where datname = current_database()"
            )
            #expect(try await killed.exitCode != 0)
            #expect(try await fixture.rows(Self.indexes) == ["task_payload_1|f"])
            async let first = configure(fixture, "--search-payload")
            async let second = configure(fixture, "--search-payload")
            try await Task.sleep(for: .seconds(2))
            try await holder.script("commit")
            await holder.close()
            for result in try await [first, second] { #expect(result.exitCode == 0, "\(result.errors)") }
            #expect(try await fixture.rows(Self.indexes) == Self.all())
        }
    }

    @Test("an operator, who owns no table, is told that this is the owner's")
    func operators() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let role = "\(fixture.runner)_op"
            try await fixture.server.makeRole(role)
            _ = try await fixture.cronmillHere("grant", "operator", role)
            let result = try await fixture.cronmill(
                ["configure", "work", "--search-payload", "--database", fixture.database],
                environment: fixture.server.passwordEnvironment(role)
            )
            #expect(result.exitCode == 1 && result.errors.contains("belongs to role"), "\(result.errors)")
        }
    }
}

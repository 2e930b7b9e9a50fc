import Postgres
import Testing

/// Every option once, alone, with one row: the plainest call of each feature.
@Suite("The plainest calls", .timeLimit(.minutes(60)))
struct PlainestCallsTests {
    /// A command line, and what a query then answers.
    private struct Call {
        var arguments: [String]
        var input = ""
        var exitCode: Int32 = 0
        var query: SQL?
        var rows: [String] = []

        init(
            _ arguments: String...,
            input: String = "",
            exitCode: Int32 = 0,
            query: SQL? = nil,
            rows: [String] = []
        ) {
            (self.arguments, self.input, self.exitCode, self.query, self.rows) = (
                arguments, input, exitCode, query, rows
            )
        }
    }

    /// What goes before each call, so that there is one row that it is about.
    private enum Row {
        case waiting
        case dead
        case done
    }

    private func prepare(_ fixture: Fixture, _ row: Row?) async throws {
        try await fixture.script(
            "delete from cronmill.task; delete from cronmill.dead_task; delete from cronmill.done_task"
        )
        switch row {
        case nil: return
        case .waiting:
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 1}', tags => '{t}')")
        case .dead:
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{\"n\": -1}', max_attempts => 1, tags => '{t}')"
            )
            try await call(fixture, until: "select 1 from cronmill.dead_task")
        case .done:
            try await fixture.script("update cronmill.processor set keep_done = '1 hour'")
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 1}', tags => '{t}')")
            try await call(fixture, until: "select 1 from cronmill.done_task")
            try await fixture.script("update cronmill.processor set keep_done = null")
        }
    }

    /// A run that begins right after another may have nothing left to do.
    private func call(_ fixture: Fixture, until query: SQL) async throws {
        try await eventually("the task is done") {
            try await fixture.call(slot: 0)
            return try await fixture.rows(query) == ["1"]
        }
    }

    private func make(_ calls: [Call], with row: Row? = nil, _ fixture: Fixture) async throws {
        for call in calls {
            try await prepare(fixture, row)
            var arguments = call.arguments
            if let id = try await fixture.rows(
                "select task_id from cronmill.task union select task_id from cronmill.dead_task"
            ).first {
                arguments = arguments.map { $0 == "ID" ? id : $0 }
            }
            let result = try await fixture.server.cronmill(
                arguments + ["--database", fixture.database],
                input: Array(call.input.utf8)
            )
            #expect(result.exitCode == call.exitCode, "\(call.arguments): \(result.errors)")
            guard let query = call.query else { continue }
            let rows = try await fixture.rows(query)
            #expect(rows == call.rows, "\(call.arguments)")
        }
    }

    private func withFixture(
        on server: TestServer? = nil,
        _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withDatabases(on: server) { fixture in
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '-1' then raise exception 'no such thing'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.setUp()
            try await body(fixture)
        }
    }

    @Test("enqueue: one task, with one option")
    func enqueue() async throws {
        try await withFixture { fixture in
            let keys: SQL = """
                select payload, priority, unique_key, group_key, timeout, max_attempts, tags, run_at > '2029-01-01' as is_later
                from cronmill.task
                """
            let options: [([String], String)] = [
                ([], "0|-|-|-|-|-|f"), (["--priority", "9"], "9|-|-|-|-|-|f"),
                (["--unique-key", "k"], "0|k|-|-|-|-|f"),
                (["--group-key", "g"], "0|-|g|-|-|-|f"), (["--timeout", "90s"], "0|-|-|00:01:30|-|-|f"),
                (["--max-attempts", "2"], "0|-|-|-|2|-|f"), (["--tag", "t"], "0|-|-|-|-|{t}|f"),
                (["--run-at", "2030-01-01"], "0|-|-|-|-|-|t"),
            ]
            for (option, row) in options {
                for source in [["--payload", "1"], ["-"], ["--envelope", "-"]] {
                    var call = Call(query: keys, rows: ["1|\(row)"])
                    call.arguments = ["enqueue", "--queue", "work"] + option + source
                    call.input = source.count == 1 ? "1\n" : source[0] == "--envelope" ? "{\"payload\": 1}\n" : ""
                    try await make([call], fixture)
                }
            }
            // The same by plain SQL.
            let calls: [SQL] = [
                "select cronmill.enqueue('work', '1') > 0", "select cronmill.enqueue_many('work', '{1}') = 1",
                "select cronmill.enqueue_envelopes('work', array['{\"payload\": 1}'::jsonb]) = 1",
                "select cronmill.enqueue_many('work', '{}') = 0", "select cronmill.enqueue_many('work', null) = 0",
                "select cronmill.enqueue_envelopes('work', '{}') = 0",
                "select cronmill.enqueue_envelopes('work', null) = 0",
            ]
            for call in calls { #expect(try await fixture.rows(call) == ["t"], "\(call)") }
            try await make([Call("enqueue", "--queue", "work", "-", query: "select 1 from cronmill.task")], fixture)
            try await make(
                [Call("enqueue", "--queue", "work", "--envelope", "-", query: "select 1 from cronmill.task")],
                fixture
            )
        }
    }

    @Test("commands about tasks: one task, with one option")
    func tasks() async throws {
        try await withFixture { fixture in
            let waiting: SQL = "select count(*) from cronmill.task"
            try await make(
                [
                    Call("tasks"), Call("tasks", "ID"), Call("tasks", "--queue", "work"),
                    Call("tasks", "--state", "ready"), Call("tasks", "--sqlstate", "23505"),
                    Call("tasks", "--tag", "t"), Call("tasks", "--any-tag", "t"),
                    Call("tasks", "--queue", "work", "--payload", "{}", exitCode: 1),
                    Call("cancel", "--queue", "work", "--tag", "t", "--yes", query: waiting, rows: ["0"]),
                    Call("cancel", "--queue", "work", "--any-tag", "t", "--yes", query: waiting, rows: ["0"]),
                    Call("cancel", "--queue", "work", "--tag", "u", "--yes", query: waiting, rows: ["1"]),
                    Call("tasks", "--limit", "1"), Call("tasks", "--json"), Call("tasks", "--csv"),
                    Call("cancel", "ID", query: waiting, rows: ["0"]),
                    Call("cancel", "ID", "--dry-run", query: waiting, rows: ["1"]),
                ],
                with: .waiting,
                fixture
            )
            let redriven: SQL = """
                select (select count(*) from cronmill.task) as waiting, (select count(*) from cronmill.dead_task) as dead
                """
            try await make(
                [
                    Call("redrive", "work", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--queue", "work", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--id", "ID", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--error", "such", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--error", "other", "--yes", query: redriven, rows: ["0|1"]),
                    Call("redrive", "--sqlstate", "P0001", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--tag", "t", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--any-tag", "t", "--yes", query: redriven, rows: ["1|0"]),
                    Call("redrive", "--tag", "u", "--yes", query: redriven, rows: ["0|1"]),
                    Call("purge", "--dead", "0", "--tag", "t", "--yes", query: redriven, rows: ["0|0"]),
                    Call("purge", "--dead", "0", "--any-tag", "u", "--yes", query: redriven, rows: ["0|1"]),
                    Call("redrive", "--dry-run", query: redriven, rows: ["0|1"]),
                    Call("purge", "--dead", "0", "--yes", query: redriven, rows: ["0|0"]),
                    Call("purge", "work", "--dead", "1h", "--yes", query: redriven, rows: ["0|1"]),
                    Call("tasks", "--state", "dead"), Call("tasks", "ID"),
                ],
                with: .dead,
                fixture
            )
            try await make(
                [
                    Call("purge", "--done", "0", "--tag", "t", "--yes", query: "select 1 from cronmill.done_task"),
                    Call("purge", "--done", "0", "--yes", query: "select 1 from cronmill.done_task"),
                    Call("purge", "--queue", "work", "--done", "0", "--yes", query: "select 1 from cronmill.done_task"),
                ],
                with: .done,
                fixture
            )
        }
    }

    @Test("configure: one option")
    func configure() async throws {
        try await withFixture { fixture in
            func call(_ option: String, _ value: String, _ column: String, _ shown: String) -> Call {
                Call(
                    "configure",
                    "work",
                    option,
                    value,
                    query: "select \(unsafeRaw: column) from cronmill.processor",
                    rows: [shown]
                )
            }
            let searched: SQL = "select count(*) from pg_class where relname like '%_payload_1'"
            try await make(
                [
                    Call("configure", "work", "--search-payload", query: searched, rows: ["3"]),
                    Call("tasks", "--queue", "work", "--payload", "{}"),
                    Call("configure", "work", "--no-search-payload", query: searched, rows: ["0"]),
                    call("--slots", "2", "slots", "2"), call("--schedule", "5 * * * *", "schedule", "5 * * * *"),
                    call("--every", "5m", "schedule", "*/5 * * * *"), call("--timeout", "1m", "timeout", "00:01:00"),
                    call("--max-attempts", "3", "max_attempts", "3"), call("--linger", "0", "linger", "0 microseconds"),
                    call("--backoff-base", "1s", "backoff_base", "00:00:01"),
                    call("--backoff-cap", "2m", "backoff_cap", "00:02:00"),
                    call("--poll-interval", "20ms", "poll_interval", "00:00:00.02"),
                    call("--search-path", "app, pg_temp", "handler_search_path", "app, pg_temp"),
                    call("--keep-done", "1h", "keep_done", "01:00:00"),
                    call("--keep-dead", "1h", "keep_dead", "01:00:00"),
                    call("--keep-attempts", "1h", "keep_attempts", "01:00:00"),
                    call("--handler", "app.work", "handler", "app.work(jsonb)"),
                    call("--run-as", fixture.runner, "run_as", fixture.runner),
                ],
                fixture
            )
        }
    }

    @Test("everything else: one processor, with one option")
    func others() async throws {
        // What is wrong with a server, check-permissions says to everybody.
        try await withServer { server in
            try await withFixture(on: server) { fixture in
                let state: SQL = "select enabled, paused from cronmill.processor"
                try await make(
                    [
                        Call("pause", query: state, rows: ["f|t"]), Call("resume", query: state, rows: ["f|f"]),
                        Call("enable", query: state, rows: ["t|f"]), Call("pause", "work", query: state, rows: ["t|t"]),
                        Call("resume", "work", query: state, rows: ["t|f"]),
                        Call("disable", "--wait", "1s", query: state, rows: ["f|f"]),
                        Call("enable", "work", query: state, rows: ["t|f"]),
                        Call("disable", "work", query: state, rows: ["f|f"]),
                        Call("enable", "--dry-run", query: state, rows: ["f|f"]),
                        Call("status"), Call("status", "work"), Call("status", "--json"), Call("status", "--exit-code"),
                        Call("status", "--behind", "1h"), Call("runs"), Call("runs", "work"), Call("runs", "--json"),
                        Call("runs", "--csv"), Call("runs", "--slowest"), Call("runs", "--since", "1h"),
                        Call("runs", "--until", "1s"), Call("runs", "--status", "failed"), Call("runs", "--limit", "1"),
                        Call("stats"), Call("stats", "work"), Call("stats", "--since", "1h"),
                        Call("stats", "--by-slot"),
                        Call("stats", "--json"), Call("stats", "--csv"), Call("server"), Call("server", "--json"),
                        Call("sync"), Call("sync", "--check"), Call("sync", "--adopt"), Call("sync", "--dry-run"),
                        Call("config"), Call("config", "--json"), Call("export"), Call("export", "work"),
                        Call("check-permissions", "--json", exitCode: 0), Call("check-permissions", "--sql"),
                        Call("check-permissions", "--grant"), Call("rotate-password"),
                        Call("rotate-password", "--dry-run"),
                        Call("prune", "--older-than", "1h"), Call("prune", "--keep", "1"),
                        Call("prune", "--processor", "work"),
                        Call("prune", "--dry-run"), Call("prune", "--json"), Call("prune", "--set", "older-than=1d"),
                        Call("alarms"), Call("alarms", "--json"), Call("alarms", "acknowledge"),

                        Call("alarms", "thresholds", "--set", "dead=5"),
                        Call("alarms", "thresholds", "--set", "dead=default"),
                        Call("alarms", "thresholds", "--set", "dead=5", "--processor", "work"),
                        Call(
                            "grant",
                            "monitor",
                            fixture.runner,
                            query: "select part from cronmill.grantee",
                            rows: ["monitor"]
                        ),
                        Call("revoke", "monitor", fixture.runner, query: "select part from cronmill.grantee"),
                        Call(
                            "grant",
                            "operator",
                            fixture.runner,
                            query: "select part from cronmill.grantee",
                            rows: ["operator"]
                        ),
                        Call("revoke", "operator", fixture.runner, query: "select part from cronmill.grantee"),
                        Call("grant", "producer", fixture.runner, "--queue", "work"),
                        Call(
                            "revoke",
                            "producer",
                            fixture.runner,
                            "--queue",
                            "work",
                            query: "select part from cronmill.grantee"
                        ),
                        Call("grant", "run-as", fixture.runner),
                        Call("setup"), Call("setup", "--dry-run"),
                        Call("remove", "work", "--yes", query: "select name from cronmill.processor"),
                        Call("remove", "--queue", "work", "--yes", query: "select name from cronmill.queue"),
                        Call("remove", "--everything", "--yes"),
                    ],
                    fixture
                )
            }
        }
    }

    @Test("recurring templates: one, with one option")
    func recurring() async throws {
        try await withFixture { fixture in
            let set = ["recurring", "set", "r", "--queue", "work", "--schedule", "0 0 1 1 *"]
            func call(_ arguments: [String], input: String = "", _ column: String, _ row: String) -> Call {
                var call = Call(query: "select \(unsafeRaw: column) from cronmill.recurring", rows: [row])
                (call.arguments, call.input) = (set + arguments, input)
                return call
            }
            let payload = ["--payload", "{}"]
            let calls = [
                call(payload, "schedule, zone, enabled, overlap, catch_up", "0 0 1 1 *|UTC|t|allow|one"),
                call(payload + ["--zone", "Europe/Berlin"], "zone", "Europe/Berlin"),
                call(payload + ["--catch-up", "all"], "catch_up", "all"),
                call(payload + ["--catch-up-within", "1h"], "catch_up_within", "01:00:00"),
                call(payload + ["--overlap", "skip"], "overlap", "skip"),
                call(payload + ["--disabled"], "enabled", "f"),
                call(["--template", "-"], input: "{\"payload\": {}, \"priority\": 5}", "template ->> 'priority'", "5"),
                call(["--graph", "-"], input: "{\"payload\": {}}\n", "template ? 'graph'", "t"),
            ]
            for call in calls {
                try await fixture.script("delete from cronmill.recurring")
                try await make([call], fixture)
            }
            let enabled: SQL = "select enabled from cronmill.recurring"
            let tasks: SQL = "select count(*) from cronmill.task"
            try await make(
                [
                    call(payload + ["--json"], "name", "r"), call(payload + ["--dry-run"], "name", "r"),
                    Call("recurring"), Call("recurring", "list"), Call("recurring", "list", "--json"),
                    Call("recurring", "show", "r"), Call("recurring", "show", "r", "--next", "1"),
                    Call("recurring", "show", "r", "--json"),
                    Call("recurring", "disable", "r", "--dry-run", query: enabled, rows: ["t"]),
                    Call("recurring", "disable", "r", query: enabled, rows: ["f"]),
                    Call("recurring", "enable", "r", "--dry-run", query: enabled, rows: ["f"]),
                    Call("recurring", "enable", "r", query: enabled, rows: ["t"]),
                    Call("recurring", "run-now", "r", "--dry-run", query: tasks, rows: ["0"]),
                    Call("recurring", "run-now", "r", query: tasks, rows: ["1"]),
                    Call("recurring", "remove", "r", "--dry-run", query: enabled, rows: ["t"]),
                    Call("recurring", "remove", "r", query: enabled),
                ],
                fixture
            )
        }
    }

    @Test("graphs: one of one task, with one option")
    func graphs() async throws {
        try await withFixture { fixture in
            let enqueue = ["enqueue", "--queue", "work", "--graph", "-"]
            let options: [([String], String)] = [
                ([], "-|hold|f"), (["--name", "n"], "n|hold|f"), (["--on-dead", "cancel"], "-|cancel|f"),
                (["--deadline", "2030-01-01"], "-|hold|t"),
            ]
            for (option, row) in options {
                try await fixture.script(
                    "set session_replication_role = replica; delete from cronmill.graph; delete from cronmill.node"
                )
                var call = Call(
                    input: "{\"payload\": {\"n\": 1}}\n",
                    query: "select name, on_dead, deadline is not null as is_due from cronmill.graph",
                    rows: [row]
                )
                call.arguments = enqueue + option
                try await make([call], fixture)
            }
            let id = try #require(try await fixture.rows("select graph_id from cronmill.graph").first)
            let canceled: SQL = "select state from cronmill.node"
            for call in [
                Call("graph"), Call("graph", "list"), Call("graph", "list", "--limit", "1"),
                Call("graph", "list", "--json"), Call("graph", "show", id), Call("graph", "show", id, "--limit", "1"),
                Call("graph", "show", id, "--json"), Call("graph", "show", id, "--dot"),
                Call("graph", "cancel", id, "--dry-run", query: canceled, rows: ["ready"]),
                Call("graph", "cancel", id, query: canceled, rows: ["canceled"]),
            ] {
                let result = try await fixture.cronmillHere(call.arguments)
                #expect(result.exitCode == 0, "\(call.arguments): \(result.errors)")
                guard let query = call.query else { continue }
                #expect(try await fixture.rows(query) == call.rows, "\(call.arguments)")
            }
        }
    }

    @Test("process does the one task there is")
    func process() async throws {
        try await withFixture { fixture in
            try await make(
                [
                    Call("process", "work", query: "select 1 from cronmill.task"),
                    Call("process", "work", "--limit", "1", query: "select 1 from cronmill.task"),
                ],
                with: .waiting,
                fixture
            )
            #expect(try await fixture.done() == [1, 1])
        }
    }
}

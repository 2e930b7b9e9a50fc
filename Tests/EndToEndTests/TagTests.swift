import Postgres
import Testing

/// Tags: how tasks get them, keep them, and are found by them.
@Suite("tags", .timeLimit(.minutes(60)))
struct TagTests {
    @Test("every way of enqueueing gives tags, each once and in order; an envelope's own are instead of the call's")
    func producers() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                select cronmill.enqueue('work', '1', tags => '{b,a,b}');
                select cronmill.enqueue('work', '2', 0, now(), null, null, null, null, '{c}');
                select cronmill.enqueue('work', '3', tags => '{}');
                select cronmill.enqueue_many('work', '{4,5}', tags => '{d,c}');
                select cronmill.enqueue_envelopes('work', array[
                    '{"payload": 6}', '{"payload": 7, "tags": ["y", "x", "y"]}', '{"payload": 8, "tags": []}',
                    '{"payload": 9, "tags": null}']::jsonb[], tags => '{e}');
                select cronmill.enqueue_many('work', '{10}', 0, now(), null, null, null);
                """
            )
            let commands: [([String], String)] = [
                (["--tag", "f", "--tag", "e", "--payload", "11"], ""), (["--tag", "f", "-"], "12\n"),
                (["--tag", "f", "--envelope", "-"], #"{"payload": 13, "tags": ["g"]}"#),
                (["--tag", "f", "--unique-key", "k", "--payload", "14"], ""),
                // Which waits already, and keeps its tags.
                (["--tag", "h", "--unique-key", "k", "--payload", "15"], ""),
            ]
            for (arguments, input) in commands {
                let result = try await fixture.cronmillHere(["enqueue", "--queue", "work"] + arguments, input: input)
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            #expect(
                try await fixture.rows("select payload, tags from cronmill.task order by payload") == [
                    "1|{b,a}", "2|{c}", "3|-", "4|{d,c}", "5|{d,c}", "6|{e}", "7|{y,x}", "8|-", "9|{e}", "10|-",
                    "11|{f,e}", "12|{f}", "13|{g}", "14|{f}",
                ]
            )
        }
    }

    @Test("what is no tag is refused, by SQL and before connecting, and nothing is enqueued")
    func refusals() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let long = String(repeating: "é", count: 51)
            let many = "(select array_agg(n::text) from generate_series(1, 33) as n)"
            let refused: [(String, String)] = [
                ("array['a', '']", "a tag is not empty"), ("array['a', null]", "a tag is not null"),
                ("array['\(long)']", "tag \"\(long.prefix(20))...\" has more than 100 bytes"),
                ("array[E'a\\tb']", #"tag "a\tb" has a control character"#), (many, "33 tags are more than 32"),
                ("array[array['a'], array['b']]", "tags are a list, not an array of several dimensions"),
            ]
            for (tags, message) in refused {
                for call in [
                    "cronmill.enqueue('work', '1', tags => \(tags))",
                    "cronmill.enqueue_many('work', '{1}', tags => \(tags))",
                    "cronmill.enqueue_envelopes('work', array['{\"payload\": 1}'::jsonb], tags => \(tags))",
                    "cronmill.find_tasks('work', tags_any => \(tags))",
                ] {
                    let error = try await expectedError { _ = try await fixture.rows(SQL(unsafeRaw: "select \(call)")) }
                    #expect((error.message, error.sqlState) == (message, .invalidParameterValue), "\(call)")
                    #expect(error.hint != nil || tags.contains("array[array"), "\(call)")
                }
            }
            for call in [
                "find_tasks('work', tags_all => '{}')", "find_tasks('work', tags_any => '{}')",
                "cancel_tasks('work', '{}')", "redrive('work', tags_any => '{}')",
                "purge_dead('work', interval '0', tags_all => '{}')",
                "purge_done('work', interval '0', tags_all => '{}')",
            ] {
                let error = try await expectedError {
                    _ = try await fixture.rows(SQL(unsafeRaw: "select cronmill.\(call)"))
                }
                #expect(error.message == "a list of tags to be found is empty", "\(call)")
            }
            let envelopes = [
                #""tags": "a""#: "the tags of an envelope are no list of texts",
                #""tags": [7]"#: "the tags of an envelope are no list of texts",
                #""tags": [["a"]]"#: "the tags of an envelope are no list of texts",
                #""tags": {"a": "b"}"#: "the tags of an envelope are no list of texts",
                #""tags": ["a", null]"#: "the tags of an envelope are no list of texts",
                #""tags": [""]"#: "a tag is not empty",
            ]
            for (tags, message) in envelopes {
                let result = try await fixture.cronmillHere(
                    ["enqueue", "--queue", "work", "--envelope", "-"],
                    input: #"{"payload": 1}"# + "\n" + #"{"payload": 2, \#(tags)}"#
                )
                #expect(result.exitCode == 1)
                #expect(result.errors.contains("line 2") && result.errors.contains(message), "\(result.errors)")
            }
            let flags = [
                [""]: "--tag is empty: a tag has 1 to 100 bytes",
                [long]: "--tag \"\(long.prefix(20))...\" has more than 100 bytes",
                ["a\u{7f}"]: "--tag: a tag has no control characters",
                (1...33).map(String.init): "--tag: 32 tags at most",
            ]
            for (tags, message) in flags {
                for command in [["enqueue", "--queue", "work", "--payload", "1"], ["tasks"], ["redrive"]] {
                    let result = try await fixture.cronmillHere(command + tags.flatMap { ["--tag", $0] })
                    #expect(result.exitCode == 64)
                    #expect(result.errors.contains(message), "\(result.errors)")
                }
            }
            #expect(try await fixture.rows("select 1 from cronmill.task") == [])
            // 32, of 100 bytes.
            try await fixture.script(
                """
                select cronmill.enqueue('work', '1',
                    tags => array(select lpad(n::text, 100, 'x') from generate_series(1, 32) as n))
                """
            )
            let last = String(repeating: "x", count: 98) + "32"
            #expect(try await find(fixture, "tags_all => '{\(last)}'") == [1])
        }
    }

    @Test("tags survive a retry, a snooze, death, a redrive and the end")
    func survival() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp(
                "--enable",
                "--max-attempts",
                "2",
                "--backoff-base",
                "0",
                "--backoff-cap",
                "0",
                "--keep-done",
                "1h"
            )
            try await fixture.script(
                """
                create table app.mood (is_bad boolean, snoozes boolean); insert into app.mood values (true, false);
                grant select on app.mood to \(fixture.runner);
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if (select is_bad from app.mood) then raise exception 'bad'; end if;
                    if (select snoozes from app.mood) then
                        perform cronmill.raise_snooze(now() + interval '1 hour');
                    end if;
                end $$;
                select cronmill.enqueue('work', jsonb_build_object('n', n), tags => array['all', 'n:' || n],
                    unique_key => case n when 1 then 'k' end) from generate_series(1, 3) as n;
                """
            )
            let tags: SQL = """
                select 'waiting', attempts, tags from cronmill.task union all
                select 'dead', attempts, tags from cronmill.dead_task union all
                select 'done', attempts, tags from cronmill.done_task order by 3
                """
            func expect(_ state: String, _ comment: Comment) async throws {
                #expect(
                    try await fixture.rows(tags) == (1...3).map { "\(state)|{all,n:\($0)}" },
                    comment
                )
            }
            // The first attempt leaves them waiting.
            try await fixture.script("update cronmill.processor set backoff_base = '1 hour', backoff_cap = '1 hour'")
            try await fixture.call()
            try await expect("waiting|1", "after the first attempt")
            try await fixture.script("update cronmill.task set run_at = now()")
            try await fixture.call()
            try await expect("dead|2", "after the last")
            let redriven = try await fixture.cronmillHere("redrive", "work", "--tag", "all", "--yes")
            #expect(redriven.errors == "\(fixture.database): 3 dead tasks redriven\n")
            try await expect("waiting|0", "redriven")
            try await fixture.script("update app.mood set is_bad = false, snoozes = true")
            try await fixture.call()
            try await expect("waiting|0", "snoozed")
            try await fixture.script("update app.mood set snoozes = false; update cronmill.task set run_at = now()")
            try await fixture.call()
            try await expect("done|0", "done")
            let purged = try await fixture.cronmillHere("purge", "work", "--done", "0", "--any-tag", "n:1", "--yes")
            #expect(purged.errors == "\(fixture.database): 1 finished task deleted\n")
            #expect(try await find(fixture, "tags_all => '{all}', state => 'done'").sorted() == [2, 3])
        }
    }

    private static let hostile = [
        #"it's "quoted""#, "{}", "{a,b}", "a,b", "NULL", "null", #"\"#, #"\\x"#, "検索:7", "e\u{301}", "é", " ", "$1",
        "--",
        "'; drop table cronmill.task; --", "%", "_", "order:4711", "ORDER:4711",
    ]

    @Test("tags of any text are found as they are, and no others")
    func hostile() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            for (index, tag) in Self.hostile.enumerated() {
                let source = index % 2 == 0 ? ["--payload", "\(index)"] : ["--envelope", "-"]
                let result = try await fixture.cronmillHere(
                    ["enqueue", "--queue", "work", "--tag=\(tag)"] + source,
                    input: "{\"payload\": \(index)}"
                )
                #expect(result.exitCode == 0, "\(tag): \(result.errors)")
            }
            for (index, tag) in Self.hostile.enumerated() {
                for option in ["--tag", "--any-tag"] {
                    let result = try await fixture.cronmillHere("tasks", "--queue", "work", "\(option)=\(tag)", "--csv")
                    let lines = result.output.split(separator: "\r\n")
                    #expect(lines.count == 2, "\(tag): \(result.output)\(result.errors)")
                    #expect(lines.last?.contains(",\(index + 1),ready,") == true, "\(tag): \(result.output)")
                }
            }
            let json = try await fixture.cronmillHere("tasks", "--tag", "{a,b}", "--json")
            #expect(json.output.contains("\"tags\": [\n      \"{a,b}\"\n    ],"), "\(json.output)")
            let one = try await fixture.cronmillHere("tasks", "3")
            #expect(one.output.contains("tags          {a,b}\n"), "\(one.output)")
            let table = try await fixture.cronmillHere("tasks", "--any-tag", "a,b", "--any-tag", "検索:7")
            #expect(table.output.contains("TAGS") && table.output.contains("検索:7"), "\(table.output)")
        }
    }

    private func find(_ fixture: Fixture, _ arguments: String) async throws -> [Int] {
        try await fixture.rows(SQL(unsafeRaw: "select task_id from cronmill.find_tasks(\(arguments))")).compactMap {
            Int($0)
        }
    }

    /// Tasks of three queues in all states, with tags of which some are rare and some are everybody's.
    private static let crowd = """
        insert into cronmill.queue (name) values ('other'), ('a queue');
        insert into cronmill.task (queue_id, priority, attempts, run_at, payload, tags)
        select q.queue_id, n * 7 % 10, n % 3, now() + (n * 13 % 100 - 50) * interval '1 minute', jsonb_build_object('n', n),
            case when n % 5 > 0 then array['all', 'n:' || n, 'mod:' || n % 100] || case when n > 4000 then '{late}'::text[] end end
        from cronmill.queue as q cross join generate_series(1, 5000) as n;
        insert into cronmill.dead_task (
            task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at, error_sqlstate, error_message, tags)
        select 100000 + q.queue_id * 5000 + n, q.queue_id, n % 10, 5, now(), now(), jsonb_build_object('n', n),
            now() - n * interval '1 minute', 'P0001', 'boom ' || n, array['all', 'n:' || n, 'mod:' || n % 100]
        from cronmill.queue as q cross join generate_series(1, 1000) as n;
        insert into cronmill.done_task (task_id, queue_id, priority, attempts, run_at, enqueued_at, finished_at, payload, tags)
        select 200000 + q.queue_id * 5000 + n, q.queue_id, n % 10, 0, now(), now(), now() - n * 17 % 1000 * interval '1 minute',
            jsonb_build_object('n', n), array['all', 'n:' || n, 'mod:' || n % 100]
        from cronmill.queue as q cross join generate_series(1, 1000) as n;
        """

    @Test("what is found is what fits, in its order; and part by part by number it is all of it, each once")
    func finding() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(Self.crowd)
            let fits = [
                "tags_all => '{all}'": "tags @> '{all}'", "tags_all => '{all,mod:7}'": "tags @> '{all,mod:7}'",
                "tags_any => '{mod:7,mod:8,none}'": "tags && '{mod:7,mod:8,none}'",
                "tags_all => '{late}'": "tags @> '{late}'", "tags_all => '{none}'": "false",
                "tags_all => '{all}', tags_any => '{n:7,n:8}'": "tags && '{n:7,n:8}'", "tags_any => null": "true",
            ]
            let states = [
                ("waiting", "task", "true"), ("ready", "task", "run_at <= now()"),
                ("scheduled", "task", "run_at > now() and attempts = 0"),
                ("retrying", "task", "run_at > now() and attempts > 0"), ("dead", "dead_task", "true"),
                ("done", "done_task", "true"),
            ]
            for (arguments, condition) in fits {
                for (state, table, isIn) in states {
                    for queue in ["null", "'other'"] {
                        let order =
                            switch table {
                            case "task": "q.name, t.priority desc, t.run_at, t.task_id"
                            case "dead_task": "q.name, t.task_id"
                            default: "q.name, t.finished_at desc, t.task_id desc"
                            }
                        for limit in ["1", "50", "3000", "null"] {
                            let call = "\(queue), \(arguments), state => '\(state)', max_tasks => \(limit)"
                            let difference = try await fixture.rows(
                                SQL(
                                    unsafeRaw: """
                                        select count(*) from (
                                            select row_number() over () as n, f.task_id, f.queue_name from cronmill.find_tasks(\(call)) as f
                                        ) as f full join (
                                            select row_number() over (order by \(order)) as n, t.task_id, q.name
                                            from cronmill.\(table) as t join cronmill.queue as q using (queue_id)
                                            where \(condition) and \(isIn) and (\(queue)::text is null or q.name = \(queue))
                                            order by \(order) limit \(limit)
                                        ) as t on (t.n, t.task_id, t.name) = (f.n, f.task_id, f.queue_name)
                                        where t.n is null or f.n is null
                                        """
                                )
                            )
                            #expect(difference == ["0"], "\(call)")
                        }
                    }
                }
            }
            for (state, count) in [("waiting", 12_000), ("dead", 3000), ("done", 3000)] {
                var found: [Int] = []
                var last = 0
                while true {
                    let part = try await find(
                        fixture,
                        "tags_all => '{all}', state => '\(state)', after_id => \(last), max_tasks => 999"
                    )
                    guard let end = part.last else { break }
                    found += part
                    last = end
                }
                #expect(found.count == count && found == Array(Set(found)).sorted(), "\(state)")
            }
            let error = try await expectedError { _ = try await find(fixture, "state => 'gone'") }
            #expect(error.sqlState == .invalidParameterValue)
            let unknown = try await expectedError { _ = try await find(fixture, "'wrok'") }
            #expect(unknown.sqlState == "MC001")
        }
    }

    @Test(
        "a tag that all have is found by the order of the queue, a rare one by the index, whatever is known of the table"
    )
    func plans() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script("alter table cronmill.task set (autovacuum_enabled = off)")
            // In a session of its own, because they are counted until they are reported.
            func scans(_ arguments: String) async throws -> String? {
                let connection = try await fixture.connect()
                try await connection.script("begin")
                _ = try await connection.query(SQL(unsafeRaw: "select from cronmill.find_tasks(\(arguments))"))
                let row = try await connection.query(
                    """
                    select concat_ws('|', pg_stat_get_xact_numscans('cronmill.task_tags'::regclass),
                        pg_stat_get_xact_numscans('cronmill.task'::regclass)) as scans
                    """
                ).first
                await connection.close()
                return row?["scans"]
            }
            for known in ["of an empty table", "nothing", "all"] {
                if known == "of an empty table" {
                    try await fixture.script("analyze cronmill.task; \(Self.crowd)")
                }
                if known == "nothing" {
                    try await fixture.script("delete from pg_statistic where starelid = 'cronmill.task'::regclass")
                }
                if known == "all" { try await fixture.script("analyze cronmill.task") }
                #expect(try await scans("'work', '{all}'") == "0|0", "known: \(known)")
                #expect(try await scans("'work', '{n:4711}'") == "1|0", "known: \(known)")
                #expect(try await scans("'work', '{none}'") == "1|0", "known: \(known)")
                #expect(try await scans("null, '{all}'") == "0|0", "known: \(known)")
            }
        }
    }

    @Test("a monitor finds tasks by tags, and learns nothing of payloads; a role without a part finds nothing")
    func monitor() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let role = "\(fixture.runner)_mon"
            try await fixture.server.makeRole(role)
            for arguments in [["configure", "work", "--search-payload"], ["grant", "monitor", role]] {
                let result = try await fixture.cronmillHere(arguments)
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            try await fixture.script(OverTasks.script)
            try await fixture.script(
                """
                select cronmill.enqueue('work', '{"secret": 7}', tags => '{a}', unique_key => 'secret', group_key => 'secret');
                update cronmill.dead_task set tags = '{a}'; update cronmill.done_task set tags = '{a}'
                """
            )
            let environment = fixture.server.passwordEnvironment(role)
            func tasks(_ arguments: String...) async throws -> ProgramResult {
                try await fixture.cronmill(
                    ["tasks"] + arguments + ["--database", fixture.database],
                    environment: environment
                )
            }
            for state in ["ready", "dead", "done"] {
                let found = try await tasks("--tag", "a", "--state", state, "--json")
                #expect(found.exitCode == 0 && found.output.contains("\"tags\": ["), "\(found.errors)")
                #expect(found.output.contains("\"payload\": null") && !found.output.contains("secret"))
                #expect(!found.output.contains("the detail"))
                let probed = try await tasks("--payload", #"{"secret": 7}"#, "--queue", "work", "--state", state)
                #expect(
                    probed.errors == """
                        cronmill: error: role "\(role)" may not search payloads
                        cronmill: detail: Who may not read them could find out by searching what is in them. \
                        (in database "\(fixture.database)", SQLSTATE MC003)
                        cronmill: hint: Tags it may search; operators may search both: \
                        cronmill grant operator \(role) --database \(fixture.database)

                        """,
                    "\(probed.errors)"
                )
            }
            let asked = try await expectedError {
                try await fixture.script(
                    "set role \(role); select cronmill.find_tasks('work', payload_contains => '{}')"
                )
            }
            #expect(asked.message == "role \"\(role)\" may not search payloads")
            let work = try await fixture.server.connectByPassword(fixture.database, as: role)
            for statement in [
                "select payload from cronmill.done_task", "select unique_key from cronmill.task where tags @> '{a}'",
                "select 1 from cronmill.task where payload @> '{\"secret\": 7}'",
                "select cronmill.cancel_tasks('work', '{a}')", "select cronmill.redrive('work', tags_all => '{a}')",
                "select cronmill.purge_dead('work', interval '0', tags_all => '{a}')",
            ] {
                let error = try await expectedError { try await work.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await work.close()
            _ = try await fixture.cronmillHere("revoke", "monitor", role)
            let stranger = try await tasks("--tag", "a")
            #expect(stranger.exitCode == 1)
            #expect(stranger.errors.contains("cronmill grant monitor \(role)"), "\(stranger.errors)")
            _ = try await fixture.cronmillHere("grant", "operator", role)
            let seen = try await tasks("--payload", #"{"secret": 7}"#, "--queue", "work", "--json")
            #expect(seen.output.contains("\"secret\": 7"), "\(seen.errors)")
        }
    }

    @Test("two redrives by tag at once put each task back once, and leave what has another tag dead")
    func redrivesAtOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(Self.crowd)
            try await fixture.script("delete from cronmill.task")
            async let first = fixture.cronmillHere(
                "redrive",
                "work",
                "--tag",
                "all",
                "--any-tag",
                "mod:1",
                "--any-tag",
                "mod:2",
                "--yes"
            )
            async let second = fixture.cronmillHere("redrive", "work", "--tag", "mod:2", "--yes")
            let counts = try await [first, second].map { result in
                #expect(result.exitCode == 0, "\(result.errors)")
                return Int(result.errors.split(separator: " ")[1]) ?? -1
            }
            #expect(counts.reduce(0, +) == 20)
            #expect(
                try await fixture.rows(
                    "select count(*), count(distinct task_id), bool_and(tags && '{mod:1,mod:2}') from cronmill.task"
                )
                    == ["20|20|t"]
            )
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["2980"])
            let filtered = try await fixture.cronmillHere(
                "redrive",
                "work",
                "--tag",
                "mod:3",
                "--error",
                "boom 103",
                "--yes"
            )
            #expect(filtered.errors == "\(fixture.database): 1 dead task redriven\n")
            let dry = try await fixture.cronmillHere("redrive", "work", "--tag", "mod:3", "--dry-run")
            #expect(
                dry.output.contains("cronmill.redrive(queue => 'work', tags_all => '{\"mod:3\"}'::text[])"),
                "\(dry.output)"
            )
            let purged = try await fixture.cronmillHere("purge", "work", "--dead", "0", "--tag", "mod:3", "--yes")
            #expect(purged.errors == "\(fixture.database): 9 dead tasks deleted\n")
        }
    }

    @Test("a cancel by tag leaves what a handler is doing, does not wait for it, and takes the rest")
    func cancelWhileRunning() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--alone", "on")
            try await fixture.makeHandlerWait()
            let gate = try await fixture.connect()
            try await gate.execute("select pg_advisory_lock(4711)")
            try await fixture.script(
                """
                select cronmill.enqueue('work', jsonb_build_object('n', n), tags => array['x', 'n:' || n])
                from generate_series(1, 4) as n
                """
            )
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            let unsure = try await fixture.cronmillHere("cancel", "--queue", "work", "--tag", "x")
            #expect(unsure.exitCode == 1 && unsure.errors.contains("4 waiting tasks"), "\(unsure.errors)")
            let dry = try await fixture.cronmillHere("cancel", "--queue", "work", "--tag", "x", "--dry-run")
            #expect(
                dry.output.contains("cronmill.cancel_tasks(queue => 'work', tags_all => '{\"x\"}'::text[])"),
                "\(dry.output)"
            )
            let one = try await fixture.cronmillHere("cancel", "--queue", "work", "--tag", "x", "--tag", "n:4", "--yes")
            #expect(one.errors == "\(fixture.database): 1 task canceled\n")
            let rest = try await fixture.cronmillHere("cancel", "--queue", "work", "--tag", "x", "--yes")
            #expect(
                rest.errors == """
                    \(fixture.database): 2 tasks canceled
                    cronmill: error: 1 task that fits is being done, or held by another session, and is left alone

                    """
            )
            #expect(rest.exitCode == 1)
            await gate.close()
            try await run
            #expect(try await fixture.done() == [1])
            #expect(try await fixture.rows("select 1 from cronmill.task") == [])
            let none = try await expectedError { _ = try await fixture.rows("select cronmill.cancel_tasks('work')") }
            #expect(none.sqlState == .invalidParameterValue)
        }
    }
}

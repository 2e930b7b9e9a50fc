import Glibc
import Postgres
import Testing

/// `cronmill enqueue` and the functions producers call.
@Suite("enqueue", .timeLimit(.minutes(60)))
struct EnqueueTests {
    private func payloads(_ fixture: Fixture) async throws -> [String] {
        try await fixture.rows("select payload from cronmill.task order by task_id")
    }

    private func enqueued(_ count: String, _ fixture: Fixture) -> ProgramResult {
        ProgramResult(output: "", errors: "\(fixture.database): \(count) enqueued into work\n", exitCode: 0)
    }

    @Test("JSON lines of standard input become tasks as they stand; blank lines and a missing line end do not matter")
    func standardInput() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let lines = [
                #"{"a": "ünïcode 🐘 \u00e9"}"#, "", #"["back\\slash", "quote\"", "tab\t", "line\nbreak"]"#, "17",
                #""text, with; commas""#, "null", #"{"dollar": "$1 \\N \\."}"#,
            ]
            let result = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "-",
                input: lines.joined(separator: "\n")
            )
            #expect(result == enqueued("6 tasks", fixture))
            #expect(
                try await payloads(fixture) == [
                    #"{"a": "ünïcode 🐘 é"}"#, #"["back\\slash", "quote\"", "tab\t", "line\nbreak"]"#, "17",
                    #""text, with; commas""#, "null", #"{"dollar": "$1 \\N \\."}"#,
                ]
            )
        }
    }

    @Test("a byte order mark and line breaks of the other kind, as some editors leave them, make no difference")
    func byteOrderMark() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "-", input: "\u{feff}1\r\n2\r\n")
            #expect(result == enqueued("2 tasks", fixture))
            #expect(try await payloads(fixture) == ["1", "2"])
        }
    }

    @Test("one payload of the command line becomes one task, with its priority and time")
    func payload() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let result = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "--payload",
                "{\"n\":\n1}",
                "--priority",
                "9",
                "--run-at",
                "2099-01-01 00:00+00"
            )
            #expect(result == enqueued("1 task", fixture))
            #expect(
                try await fixture.rows("select payload, priority, run_at from cronmill.task")
                    == ["{\"n\": 1}|9|2099-01-01 00:00:00+00"]
            )
        }
    }

    @Test("a file of several chunks is enqueued whole and in order")
    func file() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let filler = String(repeating: "ä", count: 300)
            let lines = (1...20_000).map { "{\"n\": \($0), \"filler\": \"\(filler)\"}" }
            try await withFile(lines.joined(separator: "\n")) { path in
                let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "--file", path)
                #expect(result == enqueued("20,000 tasks", fixture))
            }
            #expect(
                try await fixture.rows(
                    """
                    select count(*) as total, count(distinct payload ->> 'n') as different, sum((payload ->> 'n')::bigint) as sum,
                        bool_and(payload ->> 'filler' = \(filler)) as is_whole,
                        array_agg((payload ->> 'n')::bigint order by task_id)
                            = array_agg((payload ->> 'n')::bigint order by (payload ->> 'n')::bigint) as is_ordered
                    from cronmill.task
                    """
                ) == ["20000|20000|200010000|t|t"]
            )
        }
    }

    @Test("a line that is not JSON is named, in a later chunk too, and nothing is enqueued", arguments: [3, 15_003])
    func invalid(line: Int) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let filler = String(repeating: "x", count: 500)
            var lines = (1...20_000).map { "{\"n\": \($0), \"filler\": \"\(filler)\"}" }
            lines[0] = ""
            lines[line - 1] = "{\"n\": oops}"
            try await withFile(lines.joined(separator: "\n") + "\n") { path in
                let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "--file", path)
                #expect(
                    result
                        == ProgramResult(
                            output: "",
                            errors: """
                                cronmill: error: line \(line) is not JSON
                                cronmill: detail: Token "oops" is invalid.
                                cronmill: hint: Every line is one JSON value. Nothing was enqueued.

                                """,
                            exitCode: 1
                        )
                )
            }
            #expect(try await payloads(fixture) == [])
        }
    }

    @Test("a line that COPY would take for the end of the data is not JSON either", arguments: [2, 20_000])
    func endMarker(line: Int) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let filler = String(repeating: "x", count: 300)
            var lines = (1...20_000).map { "{\"n\": \($0), \"filler\": \"\(filler)\"}" }
            lines[line - 1] = "\\."
            try await withFile(lines.joined(separator: "\n")) { path in
                let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "--file", path)
                #expect(result.exitCode == 1)
                #expect(result.errors.hasPrefix("cronmill: error: line \(line) is not JSON\n"))
            }
            #expect(try await payloads(fixture) == [])
        }
    }

    @Test("an unknown queue is refused")
    func unknownQueue() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let result = try await fixture.cronmillHere("enqueue", "--queue", "play", "-", input: "{}\n")
            #expect(result.exitCode == 1)
            #expect(
                result.errors == """
                    cronmill: error: queue "play" does not exist in database "\(fixture.database)"
                    cronmill: hint: There is: work.

                    """
            )
        }
    }

    @Test("tasks are done by priority, then in order, and none before its time")
    func order() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script("alter table app.done add id bigint generated always as identity")
            for (priority, numbers) in [("0", [5, 6]), ("9", [1, 2]), ("5", [3, 4])] {
                let lines = numbers.map { "{\"n\": \($0)}\n" }.joined()
                let result = try await fixture.cronmillHere(
                    "enqueue",
                    "--queue",
                    "work",
                    "--priority",
                    priority,
                    "-",
                    input: lines
                )
                #expect(result.exitCode == 0)
            }
            _ = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "--priority",
                "9",
                "--run-at",
                "tomorrow",
                "--payload",
                "{\"n\": 7}"
            )
            try await fixture.call()
            #expect(try await fixture.rows("select n from app.done order by id") == (1...6).map(String.init))
            #expect(try await fixture.rows("select payload ->> 'n' as n from cronmill.task") == ["7"])
            try await fixture.script("update cronmill.task set run_at = clock_timestamp()")
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...7))
        }
    }

    @Test("a transaction's tasks are there with its commit, and not after a rollback")
    func transactional() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script("begin; select cronmill.enqueue('work', '{\"n\": 1}'); rollback")
            let many = try await fixture.rows(
                """
                select cronmill.enqueue_many('work', array_agg(jsonb_build_object('n', n) order by n), priority => 3)
                from generate_series(2, 5000) as n
                """
            )
            #expect(many == ["4999"])
            #expect(try await fixture.rows("select distinct priority from cronmill.task") == ["3"])
            try await fixture.call()
            #expect(try await fixture.done() == Array(2...5000))
            let refused = try await expectedError {
                try await fixture.script("select cronmill.enqueue('work', '{}', priority => 10)")
            }
            #expect(refused.constraint == "task_priority_in_range")
        }
    }

    @Test("what no function lets through, no INSERT brings in, whoever was let insert")
    func checks() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let inserter = "\(fixture.runner)_inserter"
            try await fixture.server.makeRole(inserter)
            try await fixture.script(
                """
                grant usage on schema cronmill to "\(inserter)";
                grant insert on cronmill.task to "\(inserter)"
                """
            )
            let theirs = try await fixture.server.connect(fixture.database, as: inserter)
            let insert = { (column: String, value: String) in
                "insert into cronmill.task (queue_id, payload, \(column)) values (1, '{}', \(value))"
            }
            let good = [
                ("priority", "9"), ("run_at", "'2000-01-01 00:00+00'"), ("timeout", "interval '1 day'"),
                ("timeout", "interval '-11 months 331 days'"), ("max_attempts", "10000"),
            ]
            for (column, value) in good { try await theirs.script(insert(column, value)) }
            let bad = [
                ("priority", "10", "priority"), ("run_at", "'infinity'", "times"),
                ("enqueued_at", "'1999-12-31 23:59:59+00'", "times"), ("timeout", "interval '0'", "timeout"),
                ("timeout", "interval '1 day 1 us'", "timeout"),
                ("timeout", "interval '-1 year 361 days'", "timeout"), ("max_attempts", "0", "max_attempts"),
            ]
            for (column, value, check) in bad {
                for isOwner in [false, true] {
                    let refused = try await expectedError {
                        if isOwner {
                            try await fixture.script(insert(column, value))
                        } else {
                            try await theirs.script(insert(column, value))
                        }
                    }
                    #expect(refused.constraint == "task_\(check)_in_range", "\(column) \(value)")
                }
            }
            await theirs.close()
            #expect(try await fixture.rows("select count(*) from cronmill.task") == [String(good.count)])
        }
    }

    @Test("envelopes are tasks with settings of their own, which win over the flags")
    func envelopes() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let lines = """
                {"payload": {"n": 1}}

                {"payload": null, "priority": 9, "run_at": "2030-01-01 00:00+00", "group_key": "g"}
                {"payload": 3, "unique_key": "k", "timeout": "5 minutes", "max_attempts": 2}
                {"payload": 4, "unique_key": "k"}

                """
            let result = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "--envelope",
                "--priority",
                "4",
                "--group-key",
                "all",
                "-",
                input: lines
            )
            #expect(result.errors == "\(fixture.database): 3 tasks enqueued into work, 1 waited already\n")
            #expect(
                try await fixture.rows(
                    """
                    select payload, priority, run_at at time zone 'utc' > '2029-12-31' as later,
                        unique_key, group_key, timeout, max_attempts
                    from cronmill.task order by task_id
                    """
                ) == [
                    #"{"n": 1}|4|f|-|all|-|-"#, "null|9|t|-|g|-|-", "3|4|f|k|all|00:05:00|2",
                ]
            )
        }
    }

    @Test(
        "one envelope with one field is one task, whichever field it is",
        arguments: [
            (#""priority": 5"#, "5|-|-|-|-"), (#""unique_key": "k""#, "0|k|-|-|-"), (#""group_key": "g""#, "0|-|g|-|-"),
            (#""timeout": "1 minute""#, "0|-|-|00:01:00|-"), (#""max_attempts": 2"#, "0|-|-|-|2"),
            (#""run_at": "2030-01-01 00:00+00""#, "0|-|-|-|-"), (#""priority": null"#, "0|-|-|-|-"),
        ]
    )
    func oneEnvelope(field: String, task: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let line = #"{"payload": {"n": 1}, \#(field)}"#
            let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "--envelope", "-", input: line)
            #expect(result == enqueued("1 task", fixture))
            #expect(
                try await fixture.rows(
                    "select priority, unique_key, group_key, timeout, max_attempts from cronmill.task"
                )
                    == [task]
            )
        }
    }

    @Test(
        "an envelope that cannot be used is refused with its line, and nothing is enqueued",
        arguments: [
            (#"{"priority": 1}"#, "an envelope is an object with a payload"),
            (#"[1]"#, "an envelope is an object with a payload"),
            (#"{"payload": 1, "prio": 1}"#, #"an envelope has no field "prio""#),
            (#"{"payload": 1, "priority": 12}"#, "priority 12 is not a number from 0 to 9"),
            (#"{"payload": 1, "run_at": "x"}"#, #"invalid input syntax for type timestamp with time zone: "x""#),
        ]
    )
    func badEnvelope(line: String, message: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let result = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "--envelope",
                "-",
                input: "{\"payload\": 1}\n\n\(line)\n"
            )
            #expect(result.exitCode == 1)
            #expect(result.errors.hasPrefix("cronmill: error: line 3: \(message)\n"))
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }

    @Test("lines with one unique key become one task, also when it is there already")
    func uniqueKey() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            for (enqueued, waited) in [("1 task", "2"), ("0 tasks", "3")] {
                let result = try await fixture.cronmillHere(
                    "enqueue",
                    "--queue",
                    "work",
                    "--unique-key",
                    "k",
                    "-",
                    input: "1\n2\n3\n"
                )
                #expect(
                    result.errors == "\(fixture.database): \(enqueued) enqueued into work, \(waited) waited already\n"
                )
            }
            #expect(try await fixture.rows("select payload, unique_key from cronmill.task") == ["1|k"])
        }
    }
}

/// Gives a temporary file with that text, which is gone afterwards.
private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/cronmill-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try #require(descriptor >= 0)
    defer { unlink(path) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        try #require(count > 0)
        written += count
    }
    close(descriptor)
    try await body(path)
}

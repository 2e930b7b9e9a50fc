import Fuzzing
import Postgres
import Testing

@testable import Cronmill

/// What is parsed or quoted here and read by the server, with changed inputs (`make fuzz`): both have to agree.
@Suite("Fuzzing against the server", .timeLimit(.minutes(60)))
struct AgreementFuzzTests {
    @Test("a schedule is accepted by pg_cron and the registry just when it is accepted here")
    func schedules() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let abilities = try await ServerAbilities(of: fixture.server)
            let connection = try await fixture.connect("postgres")
            // What became of it is undone.
            try await connection.script(
                """
                create function pg_temp.refusal(schedule text) returns text language plpgsql as $$
                begin
                    perform cronmill_cron.check_schedule(schedule, '0');
                    perform cron.schedule('fuzz', schedule, 'select 1');
                    raise exception using errcode = 'MC099';
                exception
                    when sqlstate 'MC099' then return null;
                    when sqlstate 'MC005' or invalid_parameter_value then return sqlerrm;
                end $$
                """
            )
            func refusal(_ schedule: String) async throws -> String? {
                try await connection.query("select pg_temp.refusal(\(schedule)) as refusal").first?
                    .get("refusal", as: String?.self)
            }
            var fuzz = Fuzz(
                "schedules and pg_cron",
                from: [
                    "* * * * *", "*/5 0-23/2 1,15 jan-mar MON-fri", "0 12 $ * *", "30 seconds", "@daily",
                    "0 0 1-7 * mon", "59 23 31 12 7",
                ],
                tokens: [
                    "*", "*/", "/", "-", ",", " ", "$", "@weekly", "seconds", "mon", "dec", "0", "7", "24", "59", "60",
                ]
            )
            while let text = fuzz.next() {
                do {
                    let schedule = try Schedule(text)
                    fuzz.keep(text)
                    if schedule.usesSeconds || schedule.usesLastDayOfMonth, !abilities.hasSeconds { continue }
                    if let refusal = try await refusal(schedule.text) {
                        Issue.record(
                            "\(text.debugDescription) is accepted here as \(schedule), and refused there: \(refusal)"
                        )
                        return
                    }
                } catch let error as ScheduleError {
                    if try await refusal(text) == nil {
                        Issue.record("\(Array(text.utf8)) is refused here, and accepted there: \(error.message)")
                        return
                    }
                }
            }
            await connection.close()
            #expect(fuzz.count > 0)
        }
    }

    @Test("the server reads a quoted name, literal and array as what they were")
    func quoting() async throws {
        let connection = try await TestServer.shared().connect()
        var fuzz = Fuzz(
            "names, literals and arrays",
            from: ["select", "a_1", "Ä \"b\"", "it's", "\\", "{NULL,\"a\"}", "$1"],
            tokens: ["\"", "'", "\\", "--", "/*", "$$", ";", "{", "}", ",", "NULL", "e'"]
        )
        while let text = fuzz.next() {
            guard !text.isEmpty else { continue }
            let name = String(decoding: text.utf8.prefix(63), as: UTF8.self)
            guard name.utf8.count <= 63 else { continue }
            let row = try await connection.query(
                """
                select quote_ident(\(name)) as quoted, \(literal: text) as literal, \([text, nil])::text[] as elements,
                    1 as \(identifier: name == "quoted" || name == "literal" || name == "elements" ? "x" : name)
                """
            )[0]
            let column = row.columns[3]
            let elements: [String?] = try row.get("elements")
            guard try row.get("quoted") == Identifier(name).quoted, column == name || column == "x",
                try row.get("literal") == text, elements == [text, nil]
            else {
                Issue.record("\(text.debugDescription) is read by the server as \(row)")
                return
            }
            fuzz.keep(text)
        }
        await connection.close()
        #expect(fuzz.count > 0)
    }

    @Test("a duration is the same interval to the server")
    func durations() async throws {
        let connection = try await TestServer.shared().connect()
        var fuzz = Fuzz(
            "durations and intervals",
            from: ["30m", "1h30m", "90s", "500ms", "2d", "1.5s", "0", "1d2h3m4s5ms", "106751991d"],
            tokens: ["d", "h", "m", "s", "ms", ".", " ", "9223372036854775807", "106751991"]
        )
        while let text = fuzz.next() {
            guard let duration = Self.duration(text) else { continue }
            fuzz.keep(text)
            let rows = try await connection.query(
                """
                select (extract(epoch from \(duration.intervalText)::interval) * 1000000)::numeric(40)::text as microseconds
                """
            )
            let (seconds, attoseconds) = duration.components
            // Without a detour over what may be too large for Int64.
            let expected = "\(Int128(seconds) * 1_000_000 + Int128(attoseconds / 1_000_000_000_000))"
            guard try rows[0].get("microseconds") == expected else {
                Issue.record("\(text.debugDescription): \(rows[0]), and not \(expected)")
                return
            }
        }
        await connection.close()
        #expect(fuzz.count > 0)
    }

    private static func duration(_ text: String) -> Duration? {
        do {
            return try Duration(userText: text)
        } catch {
            return nil
        }
    }

    @Test("the server finds the schemas of a search path that is accepted")
    func searchPaths() async throws {
        let connection = try await TestServer.shared().connect()
        var fuzz = Fuzz(
            "search paths and the server",
            from: [
                "pg_temp", "app, pg_temp", #""My schema", app ,"$user", pg_temp"#, "APP,pg_temp", "\"a\"\"b\",pg_temp",
            ],
            tokens: ["\"", ",", ", pg_temp", "\"\"", "$user", "select", "Ä", "public"]
        )
        while let text = fuzz.next() {
            guard let path = Self.path(text) else { continue }
            fuzz.keep(text)
            let names = path.schemas.filter { !$0.hasPrefix("pg_") && $0 != "$user" && $0.utf8.count <= 63 }
            guard names.count == path.schemas.filter({ $0 != "pg_temp" && $0 != "$user" }).count else { continue }
            var seen: Set<String> = []
            let distinct = names.filter { seen.insert($0).inserted }
            let (asTyped, asShown): ([String], [String]) = try await connection.run { session in
                try session.execute("begin")
                for name in distinct where name != "public" { try session.execute("create schema \(identifier: name)") }
                func found(_ path: String) throws -> [String] {
                    try session.execute("select set_config('search_path', \(path), true)")
                    return try session.query("select current_schemas(false)::text[] as names")[0]
                        .get("names", as: [String].self).filter { !$0.hasPrefix("pg_temp_") }
                }
                let lists = (try found(text), try found(path.description))
                try session.execute("rollback")
                return lists
            }
            guard asShown == distinct, asTyped == distinct else {
                Issue.record(
                    "\(text.debugDescription), shown as \(path): \(asTyped), \(asShown) instead of \(distinct)"
                )
                return
            }
        }
        await connection.close()
        #expect(fuzz.count > 0)
    }

    private static func path(_ text: String) -> SearchPath? {
        do {
            return try SearchPath(userText: text)
        } catch {
            return nil
        }
    }

    @Test("JSON lines are enqueued just when the server takes each of them for jsonb, all or none")
    func jsonLines() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect()
            try await connection.script(
                """
                create function pg_temp.is_json(line text) returns boolean language plpgsql as $$
                begin
                    return line::jsonb is not null;
                exception when data_exception or program_limit_exceeded then return false;
                end $$
                """
            )
            var fuzz = Fuzz(
                "JSON lines and the server",
                from: ["{}\n{\"a\": [1, null]}", "{\"a\": 1}\r\n\n[1]\n", " null \n\t\n\"x \\u00e9\"", "1e5\ntrue"],
                tokens: [
                    "\n", "\r\n", "{", "}", "[", "]", "\"", ":", ",", "\\u0000", "\\ud800", "1e999999", "null", "\\.",
                ]
            )
            while let text = fuzz.next() {
                let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
                    .filter { !$0.utf8.allSatisfy { [0x20, 0x09, 0x0d].contains($0) } }
                let rows = try await connection.query(
                    """
                    select coalesce(bool_and(pg_temp.is_json(l.line)), true) as are_json
                    from unnest(\(lines)::text[]) as l (line)
                    """
                )
                // COPY takes a carriage return within a line for the end of one.
                let areJSON = try rows[0].get("are_json") && !lines.contains(where: Self.hasInnerReturn)
                let before = try await Self.count(connection)
                var enqueued = 0
                do {
                    enqueued = try await fixture.server.deployment.enqueue(
                        into: "work",
                        database: fixture.database,
                        text: text
                    ).enqueued
                    fuzz.keep(text)
                } catch let error as InvalidLine {
                    guard !areJSON else {
                        Issue.record("\(text.debugDescription) is refused: \(error)")
                        return
                    }
                }
                let after = try await Self.count(connection)
                guard enqueued == (areJSON ? lines.count : 0), after - before == enqueued else {
                    Issue.record(
                        "\(text.debugDescription): \(enqueued) of \(lines.count) lines, \(after - before) tasks"
                    )
                    return
                }
            }
            await connection.close()
            #expect(fuzz.count > 0)
        }
    }

    private static func hasInnerReturn(_ line: String) -> Bool {
        var bytes = Array(line.utf8)
        while let last = bytes.last, [0x20, 0x09, 0x0d].contains(last) { bytes.removeLast() }
        return bytes.contains(0x0d)
    }

    private static func count(_ connection: Connection) async throws -> Int {
        try await connection.query("select count(*) as tasks from cronmill.task")[0].get("tasks")
    }
}

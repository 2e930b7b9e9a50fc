import Postgres
import PrivateServer
import Testing

/// Taking over queue tables made by hand.
@Suite("Taking over tables", .timeLimit(.minutes(60)))
struct TakeOverTests {
    @Test("while three sessions insert and the old worker goes on, every row is done once, by it or by the processor")
    func underLoad() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(5_000)
            let ending = Ending()
            async let first = fixture.insertJobs(1, until: ending)
            async let second = fixture.insertJobs(2, until: ending)
            async let third = fixture.insertJobs(3, until: ending)
            async let byHand = fixture.workByHand(until: ending)
            let result = try await fixture.cronmill(fixture.takeOverArguments + ["--enable", "--wait", "5s"])
            // Rows that the old worker has in hand at the end may be left to it.
            #expect(result.exitCode == 0 || result.errors.contains("locked by others"), "\(result.errors)")
            try await fixture.call()
            ending.come()
            let inserted = try await first + second + third
            #expect(try await byHand > 0)
            let again = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(again.exitCode == 0, "\(again.errors)")
            try await fixture.call()
            #expect(inserted > 100)
            #expect(try await fixture.rows("select count(*) from app.jobs") == ["0"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(
                try await fixture.rows("select count(*), count(distinct n), min(n), max(n) from app.done")
                    == ["\(5_000 + inserted)|\(5_000 + inserted)|1|\(5_000 + inserted)"]
            )
        }
    }

    @Test("killed in the middle and run again, it goes on: nothing is lost and nothing is there twice")
    func killed() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.makeJobs(60_000)
            let psql = "\(fixture.server.installation.binDirectory)/psql"
            let script = """
                "$@" 2>/dev/null & pid=$!
                until [ "$('\(psql)' -X -A -t -d \(fixture.database) -c 'select 1 from cronmill.task limit 1')" = 1 ]; do :; done
                kill -9 $pid
                wait $pid
                echo $?
                """
            let killed = try await ProgramResult.of(
                "/bin/bash",
                ["-c", script, "bash", try ProgramResult.cronmillPath()] + fixture.takeOverArguments,
                environment: fixture.server.environment
            )
            #expect(killed.output == "137\n", "\(killed)")
            let halves = try await fixture.rows(
                "select (select count(*) from app.jobs) > 0, (select count(*) from cronmill.task) > 0"
            )
            #expect(halves == ["t|t"])
            // The trigger is there: what is inserted meanwhile is forwarded.
            try await fixture.script("insert into app.jobs (prio) values (9)")
            // Until its session has noticed, it has the rows it was at.
            try await eventually("the session of the killed one is gone") {
                try await fixture.rows(
                    """
                    select count(*) from pg_stat_activity as a
                    where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
                    """
                ) == ["0"]
            }
            let again = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(try await fixture.whereJobsAre() == ["0|60001|0|60001"])
            #expect(
                try await fixture.rows(
                    "select count(distinct t.payload), count(distinct t.unique_key), min(t.priority), max(t.priority) from cronmill.task as t"
                ) == ["60001|60001|0|9"]
            )
            let third = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(
                third.errors == """
                    \(fixture.database): 0 rows of table app.jobs to be moved to queue work
                    \(fixture.database): 0 rows moved from table app.jobs to queue work

                    """
            )
        }
    }

    @Test("a row that is locked stays for who has locked it, and one in another state for the old worker")
    func locked() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(10)
            try await fixture.script("update app.jobs set status = 'busy' where id = 1")
            let worker = try await fixture.connect()
            try await worker.script("begin; select from app.jobs where id = 2 for update")
            let result = try await fixture.cronmill(fixture.takeOverArguments + ["--wait", "1s"])
            #expect(result.exitCode == 1)
            #expect(
                result.errors.hasSuffix(
                    """
                    \(fixture.database): 8 rows moved from table app.jobs to queue work
                    cronmill: error: 1 row of table app.jobs left where they are
                    cronmill: detail: 1 locked by others, as by an old worker that is doing them.
                    cronmill: hint: Run it again to take those that can be taken by then.

                    """
                ),
                "\(result.errors)"
            )
            #expect(try await fixture.rows("select id from app.jobs order by id") == ["1", "2"])
            // It goes back to the queue in which nobody is any more.
            try await worker.script("update app.jobs set prio = 7 where id = 2; commit")
            await worker.close()
            #expect(try await fixture.cronmill(fixture.takeOverArguments).exitCode == 0)
            #expect(try await fixture.rows("select id, status from app.jobs") == ["1|busy"])
            #expect(
                try await fixture.rows(
                    "select t.priority, t.payload from cronmill.task as t where t.unique_key = 'app.jobs 2'"
                ) == ["7|{\"n\": 2}"]
            )
        }
    }

    @Test("columns become what they are said to be, and priorities out of range are cut and counted")
    func columns() async throws {
        try await withDatabases { fixture in
            try await fixture.script(
                """
                create table app.jobs (
                    key uuid not null unique, body json, prio numeric, due timestamp, made timestamptz, tried smallint
                );
                insert into app.jobs values
                    ('00000000-0000-0000-0000-000000000001', '{"n":1}', 12, '2030-01-01 00:00', '2020-01-01 00:00+00', 2),
                    ('00000000-0000-0000-0000-000000000002', null, -3, null, null, null);
                """
            )
            let result = try await fixture.cronmill([
                "migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--id", "key",
                "--payload",
                "body", "--priority", "prio", "--run-at", "due", "--created", "made", "--attempts", "tried", "--queue",
                "work", "--handler", "app.work", "--run-as", fixture.runner,
            ])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors.contains(": 1 row with a priority above 9, which becomes 9\n"))
            #expect(result.errors.contains(": 1 row with a priority below 0, which becomes 0\n"))
            #expect(
                try await fixture.rows(
                    """
                    select t.payload, t.priority, t.run_at = '2030-01-01 00:00'::timestamp::timestamptz as due,
                        t.enqueued_at = '2020-01-01 00:00+00' as made, t.attempts, t.unique_key
                    from cronmill.task as t order by t.unique_key
                    """
                ) == [
                    "{\"n\": 1}|9|t|t|2|app.jobs 00000000-0000-0000-0000-000000000001",
                    "null|0|f|f|0|app.jobs 00000000-0000-0000-0000-000000000002",
                ]
            )
        }
    }

    @Test("names with quotes, and texts of which one is no JSON: it stays, and the producer of another is not refused")
    func names() async throws {
        try await withDatabases { fixture in
            let table = "app.\"it's a \"\"$cronmill$\n\"\"\""
            let queue = "it's \"the\" $queue$; --"
            try await fixture.script(
                """
                create table \(table) ("Id'" text primary key, "a ""pay"" load" text, "st'ate" text);
                insert into \(table) values ('a ''1''', '{"n": 1}', 'it''s'), ('b', 'no JSON', 'it''s'), ('c', '2', 'other'),
                    ('d', '"text"', null);
                """
            )
            let arguments = [
                "migrate", "takeover", "--database", fixture.database, "--table", table, "--payload", "a \"pay\" load",
                "--only", "st'ate=it's", "--only", "st'ate=", "--ignore", "st'ate", "--queue", queue, "--handler",
                "app.work", "--run-as", fixture.runner, "--schedule", Fixture.never, "--wait", "5s",
            ]
            let result = try await fixture.cronmill(arguments)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("detail: 1 whose payload is no JSON"), "\(result.errors)")
            try await fixture.script(
                "insert into \(table) values ('e', '{\"n\": 3}', 'it''s'), ('f', '{', null), ('g', '4', 'other')"
            )
            let ids: SQL = "select j.\"Id'\" from \(unsafeRaw: table) as j order by 1"
            #expect(try await fixture.rows(ids) == ["b", "c", "f", "g"])
            #expect(
                try await fixture.rows("select t.payload from cronmill.task as t order by t.task_id")
                    == ["{\"n\": 1}", "\"text\"", "{\"n\": 3}"]
            )
            let findings = try await fixture.rows(
                """
                select c.message from pg_trigger as t
                cross join lateral plpgsql_check_function_tb(
                    t.tgfoid, t.tgrelid, newtable => 'inserted', fatal_errors => false, security_warnings => true
                ) as c
                where t.tgname = 'cronmill_forward'
                """,
                preparing: "create extension if not exists plpgsql_check"
            )
            #expect(findings == [])
            let back = try await fixture.cronmill([
                "migrate", "takeover", "--database", fixture.database, "--table", table, "--undo",
            ])
            #expect(back.exitCode == 0, "\(back.errors)")
            #expect(
                try await fixture.rows(
                    "select j.\"Id'\", j.\"a \"\"pay\"\" load\" from \(unsafeRaw: table) as j order by 1"
                )
                    == ["a '1'|{\"n\": 1}", "b|no JSON", "c|2", "d|\"text\"", "e|{\"n\": 3}", "f|{", "g|4"]
            )
        }
    }

    @Test("a producer needs no right but that on the old table, and gets none")
    func producer() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(0)
            #expect(try await fixture.cronmill(fixture.takeOverArguments).exitCode == 0)
            try await fixture.script(
                """
                create role producer\(fixture.runner) login;
                grant usage on schema app to producer\(fixture.runner);
                grant insert on app.jobs to producer\(fixture.runner);
                grant usage on sequence app.n to producer\(fixture.runner);
                """
            )
            let connection = try await fixture.connect(as: "producer\(fixture.runner)")
            #expect(try await connection.execute("insert into app.jobs (prio) values (3), (4)") == 2)
            for statement: SQL in [
                "select cronmill.enqueue('work', '{}')",
                "insert into cronmill.task (queue_id, payload) values (1, '{}')",
                "select cronmill_processor.\"forward app.jobs\"()",
                "select cronmill.adopt_task(1, '{}', 0, 0, null, null, null, false)",
            ] {
                let error = try await expectedError { try await connection.execute(statement) }
                #expect(error.sqlState == .insufficientPrivilege)
            }
            await connection.close()
            #expect(try await fixture.whereJobsAre() == ["0|2|0|2"])
        }
    }

    @Test("a dry run changes nothing, says how many rows there are, and psql does the same with what it prints")
    func dryRun() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(3)
            let before = try await DatabaseState.quick([fixture.database], on: fixture.server)
            let result = try await fixture.cronmill(fixture.takeOverArguments + ["--dry-run"])
            #expect(result.exitCode == 0)
            #expect(result.errors.contains("\(fixture.database): 3 rows of table app.jobs to be moved to queue work\n"))
            #expect(try await fixture.changes(since: before) == [])
            let run = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-f", "-"],
                input: Array(result.output.utf8)
            )
            #expect(run.exitCode == 0 && run.errors == "", "\(run.errors)")
            try await fixture.script("insert into app.jobs (prio) values (1)")
            #expect(try await fixture.whereJobsAre() == ["0|4|0|4"])

            let undo = ["migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--undo"]
            let script = try await fixture.cronmill(undo + ["--dry-run"])
            #expect(try await fixture.whereJobsAre() == ["0|4|0|4"])
            let back = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-f", "-"],
                input: Array(script.output.utf8)
            )
            #expect(back.exitCode == 0 && back.errors == "", "\(back.errors)")
            #expect(try await fixture.whereJobsAre() == ["4|0|0|4"])
            #expect(try await fixture.rows("select count(*) from cronmill.adoption") == ["0"])
        }
    }

    @Test("undone, the rows are there as they were, without those that are done; the old worker goes on")
    func undo() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(12)
            try await fixture.script(
                "alter table app.jobs add note text, add at date default '2020-02-02', add twice bigint generated always as (id * 2) stored"
            )
            let all: SQL = "select j.* from app.jobs as j where j.id > 5 order by j.id"
            let before = try await fixture.rows(all)
            let arguments = [
                "migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--payload-row",
                "--priority",
                "prio", "--queue", "work", "--handler", "app.work_row", "--run-as", fixture.runner, "--schedule",
                Fixture.never, "--enable",
            ]
            try await fixture.script(
                """
                create function app.work_row(payload jsonb) returns void language sql begin atomic
                    insert into app.done (n, payload) values ((payload -> 'payload' ->> 'n')::bigint, payload);
                end
                """
            )
            #expect(try await fixture.cronmill(arguments).exitCode == 0)
            try await fixture.script("update cronmill.task set priority = 9 where (payload ->> 'id')::int <= 5")
            let connection = try await fixture.connect(as: fixture.runner)
            try await connection.execute("call cronmill_processor.work(1, 5)")
            await connection.close()
            try #require(try await fixture.done() == [1, 2, 3, 4, 5])
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"payload\": {\"n\": 77}}')")
            let undone = try await fixture.cronmillHere("migrate", "takeover", "--table", "app.jobs", "--undo")
            #expect(undone.exitCode == 0, "\(undone.errors)")
            #expect(try await fixture.rows(all) == before)
            #expect(try await fixture.rows("select count(*) from app.jobs") == ["7"])
            // A task that was never a row stays one.
            #expect(
                try await fixture.rows("select t.payload from cronmill.task as t") == ["{\"payload\": {\"n\": 77}}"]
            )
            #expect(try await fixture.rows("select p.enabled from cronmill.processor as p") == ["f"])
            try await fixture.script("insert into app.jobs (prio) values (0)")
            #expect(try await fixture.rows("select app.work_by_hand(100)") == ["8"])
            let twice = try await fixture.cronmillHere("migrate", "takeover", "--table", "app.jobs", "--undo")
            #expect(twice.exitCode == 1)
            #expect(twice.errors.contains("nothing of that was taken over"), "\(twice.errors)")
        }
    }
}

extension Fixture {
    fileprivate func rows(_ sql: SQL, preparing: String) async throws -> [String] {
        try await script(preparing)
        return try await rows(sql)
    }
}

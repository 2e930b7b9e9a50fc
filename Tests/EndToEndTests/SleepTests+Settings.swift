import Foundation
import Postgres
import Testing

extension SleepTests {
    @Test(
        "an export says how long until it sleeps and by which command pg_cron is shared; of what is removed nothing is left"
    )
    func carried() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                let (first, second) = (fixture.databases[0], fixture.databases[1])
                try await fixture.setUp(
                    schedule: nil,
                    "--sleep-after",
                    "90s",
                    "--budget",
                    "3",
                    "--quantum",
                    "1500ms",
                    "--reserve",
                    "4"
                )
                let export = try await fixture.cronmillHere("export")
                try await withServer { other in
                    let there = Fixture(server: other, databases: [first], runner: fixture.runner)
                    for statement in ["create role \(fixture.runner) login", "create database \(first)"] {
                        try await there.script(statement, in: "postgres")
                    }
                    try await there.script(
                        "create schema app; create function app.work(payload jsonb) returns void language sql as 'select'; grant usage on schema app to \(fixture.runner)"
                    )
                    let command = try #require(
                        export.output.split(separator: "\n").first { $0.contains("cronmill setup --budget") }
                    )
                    let words = command.split(separator: " ").dropFirst(2).map(String.init)
                    #expect(
                        words == [
                            "setup", "--budget", "3", "--quantum", "1.5s", "--reserve", "4", "--database", "NAME",
                        ]
                    )
                    let setup = try await other.cronmill(words.dropLast() + [first])
                    #expect(setup.exitCode == 0, "\(setup.errors)")
                    let imported = try await other.cronmill(
                        ["import", "--database", first],
                        input: Array(export.output.utf8)
                    )
                    #expect(imported.exitCode == 0, "\(imported.errors)")
                    #expect(try await there.cronmillHere("export").output == export.output)
                    #expect(
                        try await there.cronRows(
                            """
                            select i.budget, i.quantum, i.reserve, p.sleep_after, d.state
                            from cronmill_cron.installation as i cross join cronmill_cron.processor as p
                            join cronmill_cron.demand as d on d.processor = p.name
                            """
                        ) == ["3|00:00:01.5|4|00:01:30|asleep"]
                    )
                }

                // Of three that ring at once each has a row of its own; the sleeper of another database keeps its.
                let enabled = try await fixture.cronmill(["enable", "--database", first, "--database", second])
                #expect(enabled.exitCode == 0, "\(enabled.errors)")
                try await Self.script(fixture, "update cron.job set active = false")
                for database in fixture.databases {
                    try await fixture.whenNoBackendWorks()
                    try await Self.script(fixture, "update cronmill_cron.demand set state = 'awake'")
                    try await fixture.script(
                        "update cronmill.sleep set told_at = told_at - interval '5 seconds'",
                        in: database
                    )
                    try await fixture.call(in: database)
                    var ringing: [Connection] = []
                    for _ in 1...3 {
                        let producer = try await fixture.connect(database)
                        try await producer.execute("begin")
                        _ = try await producer.query("select cronmill.enqueue('work', '{}')")
                        ringing.append(producer)
                    }
                    for producer in ringing {
                        try await producer.execute("commit")
                        await producer.close()
                    }
                }
                let rings: SQL = """
                    select coalesce(d.datname, '-'), r.rolname from pg_db_role_setting as s
                    left join pg_database as d on d.oid = s.setdatabase left join pg_roles as r on r.oid = s.setrole
                    where s.setconfig::text like '%cronmill ring%' order by 1, 2
                    """
                let role = "cronmill link \(second)"
                #expect(try await fixture.cronRows(rings).count == 6)
                let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", first])
                #expect(removed.exitCode == 0, "\(removed.errors)")
                #expect(
                    try await fixture.cronRows(rings) == [
                        "\(second)|\(role)", "template0|\(role)", "template1|\(role)",
                    ]
                )
                #expect(
                    try await fixture.cronRows(
                        """
                        select w.name, s.asleep + s.awake + s.waiting
                        from cronmill_cron.demand as d join cronmill_cron.work_database as w using (work_database_id)
                        cross join cronmill_cron.demand_summary() as s
                        """
                    ) == ["\(second)|1"]
                )
                let last = try await fixture.cronmill(["remove", "--everything", "--yes", "--database", second])
                #expect(last.exitCode == 0, "\(last.errors)")
                #expect(try await fixture.cronRows(rings) == [])
            }
        }
    }

    @Test("--dry-run says of sleep and budget what would change, changes nothing, and does it when psql runs it")
    func rehearsed() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--sleep-after", "5s", "--budget", "3", "--enable")
                let second = fixture.databases[1]
                let known: SQL = """
                    select i.budget, i.quantum, (select count(*) from cronmill_cron.demand) as sleepers
                    from cronmill_cron.installation as i
                    """
                func run(_ script: String) async throws {
                    let psql = try await server.client("psql", ["-X", "-q", "-f", "-"], input: Array(script.utf8))
                    #expect(psql.exitCode == 0 && psql.errors == "", "\(psql.errors)")
                }

                let budget = try await server.cronmill([
                    "setup", "--all", "--budget", "auto", "--quantum", "9s", "--dry-run",
                ])
                #expect(
                    budget.output.contains("-- share pg_cron among processors that sleep: budget auto, quantum 9s\n")
                )
                #expect(budget.errors == "\(second): nothing beyond what is printed above\n")
                #expect(try await fixture.cronRows(known) == ["3|00:00:10|2"])
                try await run(budget.output)
                #expect(try await fixture.cronRows(known) == ["-|00:00:09|2"])
                let again = try await server.cronmill(["setup", "--all", "--budget", "auto", "--dry-run"])
                #expect(
                    again.errors == fixture.databases.map { "\($0): nothing to change\n" }.joined()
                )
                let many = try await server.cronmill(["setup", "--all", "--budget", "1000", "--dry-run"])
                #expect(many.exitCode == 1)
                #expect(many.errors.contains("1000"), "\(many.errors)")

                let never = try await fixture.cronmillHere("configure", "work", "--sleep-after", "never", "--dry-run")
                #expect(never.output.contains("-- change processor work: sleep-after 5s -> never\n"))
                #expect(try await fixture.cronRows(known) == ["-|00:00:09|2"])
                try await run(never.output)
                #expect(try await fixture.cronRows(known) == ["-|00:00:09|1"])
                let removal = try await fixture.cronmill(["remove", "--everything", "--dry-run", "--database", second])
                #expect(removal.output.contains("drop role if exists \"cronmill link \(second)\""))
                try await run(removal.output)
                #expect(try await fixture.cronRows(known) == ["-|00:00:09|0"])
            }
        }
    }

    @Test("alarms tell of one that waits for a place, and of tasks that nobody rang for, and of nothing else")
    func alarms() async throws {
        try await withAsleep { fixture in
            let troubles: SQL = """
                select t.kind, t.processor, t.is_raised from cronmill_cron.troubles() as t
                where t.kind in ('waiting', 'missed', 'overdue', 'silent', 'behind', 'failing')
                """
            try await Self.fallAsleep(fixture)
            try await Self.script(fixture, "update cronmill_cron.demand set changed_at = now() - interval '50 minutes'")
            #expect(try await fixture.cronRows(troubles) == [])
            try await Self.script(
                fixture,
                "update cronmill_cron.demand set state = 'wanted', changed_at = now() - interval '48.5 seconds'"
            )
            #expect(try await fixture.cronRows(troubles) == ["waiting|work|f"])
            try await Self.script(fixture, "update cronmill_cron.demand set changed_at = now() - interval '61 seconds'")
            #expect(try await fixture.cronRows(troubles) == ["waiting|work|t"])
            try await Self.script(fixture, "update cronmill_cron.processor set enabled = false")
            #expect(try await fixture.cronRows(troubles) == [])
            try await Self.script(fixture, "update cronmill_cron.processor set enabled = true")

            for (isPutIn, expected) in [(false, []), (true, ["missed|work|t"])] {
                try await Self.fallAsleep(fixture)
                if isPutIn {
                    try await fixture.script(
                        """
                        insert into cronmill.task (queue_id, payload)
                        select q.queue_id, '{"n": 1}' from cronmill.queue as q
                        """
                    )
                }
                #expect(try await Self.look(fixture) == ["asleep|-"])
                try await Self.script(fixture, "update cronmill_cron.demand set sweep_at = now()")
                #expect(try await Self.look(fixture) == ["granted|sweep"])
                try await fixture.script("update cronmill.sleep set told_at = told_at - interval '5 seconds'")
                try await Self.callUntilAsleep(fixture)
                #expect(try await fixture.cronRows(troubles) == expected, "\(isPutIn)")
            }
            #expect(try await fixture.done() == [1])
            let statistics = try await fixture.cronmillHere("stats", "--json")
            #expect(statistics.exitCode == 0, "\(statistics.errors)")
            let check = try await fixture.cronmillHere("check-permissions")
            #expect(!check.output.contains("wake processors"), "\(check.output)")
        }
    }

    @Test("a task that takes longer than the quantum is not cut off while others wait; they come next")
    func longTask() async throws {
        try await withServer { server in
            guard try await ServerAbilities(of: server).hasSeconds else { return }
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                for database in fixture.databases {
                    try await fixture.script(
                        """
                        alter table app.done add column at timestamptz default clock_timestamp();
                        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                        begin
                            perform pg_sleep((payload ->> 'takes')::integer);
                            insert into app.done (n, payload) values ((payload ->> 'n')::bigint, payload);
                        end $$
                        """,
                        in: database
                    )
                }
                let (first, second) = (fixture.databases[0], fixture.databases[1])
                try await fixture.setUp(
                    schedule: nil,
                    "--sleep-after",
                    "1s",
                    "--budget",
                    "1",
                    "--quantum",
                    "1s",
                    "--enable"
                )
                try await eventually("both are asleep", within: .seconds(150)) {
                    try await Self.states(fixture) == ["asleep", "asleep"]
                }
                _ = try await fixture.rows(
                    """
                    select cronmill.enqueue('work', '{"n": 1, "takes": 8}', priority => 9),
                        cronmill.enqueue('work', '{"n": 2, "takes": 1}')
                    """
                )
                try await eventually("it is at work") {
                    try await Self.states(fixture).sorted() == ["asleep", "awake"]
                }
                _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 3, \"takes\": 0}')", in: second)
                try await eventually("all is done") {
                    try await fixture.done().count + fixture.done(in: second).count == 3
                }
                #expect(try await fixture.done(in: first) == [1, 2])
                let times = try await fixture.rows("select extract(epoch from d.at) from app.done as d order by d.n")
                let other = try await fixture.rows("select extract(epoch from d.at) from app.done as d", in: second)
                let seconds = (times + other).compactMap(Double.init)
                #expect(seconds[0] < seconds[2] && seconds[2] < seconds[1], "\(seconds)")
            }
        }
    }
}

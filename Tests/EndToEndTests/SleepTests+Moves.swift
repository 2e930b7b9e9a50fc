import Foundation
import Postgres
import PrivateServer
import Testing

extension SleepTests {
    @Test("pg_cron moves there, back, and there for good while some sleep, wait and work: all tasks are done, once")
    func moved() async throws {
        try await withServer(cronDatabase: "shop") { server in
            let fixture = Fixture(server: server, databases: ["shop", "analytics"], runner: "runner")
            let home = ["--cron-database", "shop"]
            try await Self.makeShop(fixture)
            for (queue, handler) in [("work", "app.work"), ("letters", "app.work"), ("long", "app.work_long")] {
                let setup = try await fixture.cronmill(
                    [
                        "setup", "--database", "shop", "--database", "analytics", "--queue", queue, "--handler",
                        handler,
                        "--run-as", "runner", "--sleep-after", "1s", "--budget", "2", "--quantum", "60s", "--enable",
                    ] + home
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
            }
            guard try await fixture.rows("select cronmill_cron.supports_seconds()", in: "shop") == ["t"] else { return }
            // A person's job has the schedule of those that sleep.
            try await fixture.script("select cron.schedule('mine', '0 0 31 2 *', 'select 1')", in: "shop")

            var count = 0
            func enqueue(_ queues: [String]) async throws {
                for database in fixture.databases {
                    for queue in queues {
                        count += 1
                        _ = try await fixture.rows(
                            "select cronmill.enqueue(\(queue), jsonb_build_object('n', \(count)::bigint))",
                            in: database
                        )
                    }
                }
            }
            func allIsDone(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
                try await eventually("all is done \(what)", within: .seconds(120)) {
                    try await fixture.done(in: "shop").count + fixture.done(in: "analytics").count == count
                }
                let all = try await fixture.done(in: "shop") + fixture.done(in: "analytics")
                #expect(all.sorted() == Array(1...count), sourceLocation: sourceLocation)
            }
            func everybodySleeps(in cron: String) async throws {
                try await eventually("everybody is asleep", within: .seconds(120)) {
                    try await fixture.rows(
                        "select count(*) from cronmill_cron.demand as d where d.state = 'asleep'",
                        in: cron
                    ) == ["6"]
                }
            }

            try await everybodySleeps(in: "shop")
            var cron = "shop"
            for (command, there) in [("apply", "postgres"), ("rollback", "shop"), ("apply", "postgres")] {
                // Two are at work, two wait, two are asleep.
                try await enqueue(["long"])
                try await eventually("two are at work") {
                    try await fixture.rows(
                        "select count(*) from cronmill_cron.demand as d where d.state = 'awake' and d.processor = 'long'",
                        in: cron
                    ) == ["2"]
                }
                try await enqueue(["letters"])
                try await eventually("the others wait") {
                    try await fixture.rows(
                        "select count(*) > 1 from cronmill_cron.demand as d where d.state = 'wanted'",
                        in: cron
                    ) == ["t"]
                }
                let moved = try await fixture.cronmill(
                    ["migrate", command, "--from", "shop", "--to", "postgres", "--yes", "--restart-command"]
                        + [server.server.restartCommand]
                )
                #expect(moved.exitCode == 0, "\(command): \(moved.errors)")
                cron = there
                let clean = try await fixture.cronmill(["sync", "--all", "--check", "--cron-database", cron])
                #expect(clean.exitCode == 0, "\(command): \(clean.output)\(clean.errors)")
                #expect(
                    try await fixture.rows(
                        "select j.schedule from cron.job as j where j.jobname = 'mine' and j.active",
                        in: cron
                    ) == ["0 0 31 2 *"]
                )
                try await allIsDone("after \(command)")
                try await everybodySleeps(in: cron)
                try await enqueue(["work"])
                try await allIsDone("of what was rung for after \(command)")
                try await everybodySleeps(in: cron)
                #expect(
                    try await fixture.rows(
                        "select d.processor from cronmill_cron.demand as d where d.missed_at is not null",
                        in: cron
                    )
                        == [],
                    "\(command)"
                )
            }
            let finished = try await fixture.cronmill([
                "migrate", "finish", "--from", "shop", "--to", "postgres", "--yes",
            ])
            #expect(finished.exitCode == 0, "\(finished.errors)")
            try await enqueue(["work", "letters", "long"])
            try await allIsDone("after finish")
        }
    }

    private static func makeShop(_ fixture: Fixture) async throws {
        for statement in ["create role runner login", "create database shop", "create database analytics"] {
            try await fixture.script(statement, in: "postgres")
        }
        for database in fixture.databases {
            try await fixture.script(
                """
                create schema app;
                create table app.done (n bigint);
                create function app.work(payload jsonb) returns void language sql begin atomic
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end;
                create function app.work_long(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_sleep(8);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$;
                grant usage on schema app to runner;
                grant insert on app.done to runner;
                """,
                in: database
            )
        }
    }

    @Test("in a copy of the server that is adopted all look for tasks, whatever was known of their sleep")
    func adopted() async throws {
        try await withServer(authentication: ["local replication all trust"]) { original in
            guard try await !ServerAbilities(of: original).runsOneAtATime else { return }
            let names = ["asleep", "awake", "granted"]
            try await withDatabases(named: names, on: original, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--sleep-after", "1s", "--linger", "4s", "--enable")
                try await Self.script(fixture, "update cron.job set active = false")
                try await fixture.whenNoBackendWorks()
                for name in names {
                    try await Self.script(fixture, "update cronmill_cron.demand set state = 'awake'")
                    try await fixture.script(
                        "update cronmill.sleep set told_at = told_at - interval '5 seconds'",
                        in: name
                    )
                    try await fixture.call(in: name)
                    // It was put in past the ring, or that was lost with the server.
                    try await fixture.script(
                        """
                        insert into cronmill.task (queue_id, priority, run_at, payload)
                        select q.queue_id, 5, now(), '{"n": 1}' from cronmill.queue as q
                        """,
                        in: name
                    )
                }
                try await Self.script(
                    fixture,
                    """
                    update cronmill_cron.demand as d set state = w.name
                    from cronmill_cron.work_database as w where w.work_database_id = d.work_database_id;
                    select cronmill_cron.apply_state(d.work_database_id, d.processor) from cronmill_cron.demand as d
                    """
                )
                var options = ServerOptions()
                options.listensOnLoopback = true
                options.hostAuthentication = ["host all all 127.0.0.1/32 scram-sha-256"]
                options.settings = original.settings
                options.origin = .copy(of: original.server)
                let server = try await PrivateServer.start(original.installation, options: options)
                let copy = TestServer(server: server, installation: original.installation, settings: original.settings)
                let there = Fixture(server: copy, databases: names, runner: fixture.runner)
                do {
                    for name in names {
                        let adopted = try await copy.cronmill(["sync", "--adopt", "--database", name])
                        #expect(adopted.exitCode == 0, "\(adopted.errors)\(adopted.output)")
                        // In a moment the housekeeper has it started.
                        #expect(
                            try await there.cronRows(
                                """
                                select d.cause, d.state <> 'asleep'
                                from cronmill_cron.demand as d
                                join cronmill_cron.work_database as w using (work_database_id)
                                where w.name = \(name)
                                """
                            ) == ["moved|t"],
                            "\(name)"
                        )
                    }
                    for name in names {
                        try await there.call(in: name)
                        #expect(try await there.done(in: name) == [1], "\(name)")
                    }
                    await server.stop()
                } catch {
                    await server.stop()
                    throw error
                }
            }
        }
    }
}

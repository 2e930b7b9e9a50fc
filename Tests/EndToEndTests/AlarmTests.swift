import Postgres
import Testing

/// What processors tell of themselves, the alarms made of it, and who is told of them.
@Suite("Alarms", .timeLimit(.minutes(60)))
struct AlarmTests {
    private static let failing = """
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            if payload ? 'fails' then raise exception 'no'; end if;
            insert into app.done (n) values ((payload ->> 'n')::bigint);
        end $$;
        update cronmill.processor set max_attempts = 1;
        """

    /// Looks for what is wrong, as the housekeeper does every minute.
    private func look(_ fixture: Fixture) async throws {
        _ = try await fixture.cronRows("select cronmill_cron.raise_alarms()")
    }

    private func raised(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows(
            """
            select a.kind, a.processor, a.detail, a.cleared_at is null as is_raised
            from cronmill_cron.alarm as a where a.database_name = \(fixture.database) order by a.kind, a.alarm_id
            """
        )
    }

    private func withOwnServer(_ body: (Fixture) async throws -> Void) async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { try await body($0) }
        }
    }

    @Test(
        "what processors push is raised once, listed, acknowledged by an operator, told by NOTIFY, and cleared when over"
    )
    func raisedOnce() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.failing)
            try await fixture.enqueue(5)
            for _ in 1...3 { _ = try await fixture.rows("select cronmill.enqueue('work', '{\"fails\": 1}')") }
            try await fixture.call()
            #expect(
                try await fixture.cronRows(
                    "select processor, ready, oldest_ready_seconds, dead, done, failed, paused from cronmill_cron.backlog"
                ) == ["work|0|-|3|5|3|f"]
            )
            #expect(
                try await fixture.rows("select failures, error, pushed_at is not null from cronmill.push") == ["0|-|t"]
            )

            let told = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-At", "-d", "postgres"],
                input: Array("listen cronmill_alarm;\nselect cronmill_cron.raise_alarms();\nselect 1;\n".utf8)
            )
            // Anybody may listen: the number only.
            #expect(told.output.contains(/Asynchronous notification "cronmill_alarm" with payload "[0-9]+" received/))
            let three = "dead|work|3 dead tasks: cronmill tasks --database \(fixture.database) --state dead|t"
            #expect(try await raised(fixture) == [three])
            try await look(fixture)
            #expect(try await raised(fixture) == [three])
            // It says how many there are, not how many there were.
            try await fixture.script("select cronmill.enqueue('work', '{\"fails\": 1}')")
            try await fixture.call()
            try await look(fixture)
            let dead = three.replacing("3 dead", with: "4 dead")
            #expect(try await raised(fixture).filter { $0.hasPrefix("dead") } == [dead])

            let listed = try await fixture.cronmillHere("alarms", "--exit-code")
            #expect(listed.exitCode == 3)
            #expect(listed.output.contains("4 dead tasks: cronmill tasks --database \(fixture.database) --state"))
            try await fixture.script("create role watcher login; create role keeper login", in: "postgres")
            _ = try await fixture.cronmillHere("grant", "monitor", "watcher")
            _ = try await fixture.cronmillHere("grant", "operator", "keeper")
            let id = try await fixture.cronRows("select alarm_id from cronmill_cron.alarm where kind = 'dead'")[0]
            let refused = try await fixture.cronmill(
                ["alarms", "acknowledge", id],
                environment: ["DB_USER": "watcher"]
            )
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("permission denied for function acknowledge_alarms"))
            let seen = try await fixture.cronmill(
                ["alarms", "--database", fixture.database],
                environment: ["DB_USER": "watcher"]
            )
            #expect(seen.output == listed.output)
            let known = try await fixture.cronmill(["alarms", "acknowledge", id], environment: ["DB_USER": "keeper"])
            #expect(known == ProgramResult(output: "", errors: "1 alarm acknowledged\n", exitCode: 0))
            #expect(try await fixture.cronmillHere("alarms", "--exit-code").exitCode == 0)
            #expect(
                try await fixture.cronRows("select acknowledged_by from cronmill_cron.alarm where kind = 'dead'")
                    == ["keeper"]
            )
            #expect(try await fixture.cronmillHere("alarms", "acknowledge", "999").exitCode == 64)
            let unknown = try await fixture.cronmill(["alarms", "acknowledge", "999"])
            #expect(unknown.exitCode == 1)
            #expect(unknown.errors.contains("there is no alarm 999, or it may not be seen"))

            _ = try await fixture.cronmillHere("purge", "--dead", "0", "--yes")
            try await fixture.call()
            try await look(fixture)
            try await look(fixture)
            #expect(try await raised(fixture).filter { $0.hasPrefix("dead") } == [dead.dropLast() + "f"])
            #expect(try await fixture.cronmillHere("alarms").output.contains("dead") == false)
            #expect(try await fixture.cronmillHere("alarms", "--history").output.contains("4 dead tasks"))
        }
    }

    @Test("a graph that waits for a dead task, and a template that disabled itself, are told until that is over")
    func heldAndUnfired() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script("insert into app.ill (ref) values ('a')")
            let graph = try await fixture.graph(
                """
                {"ref": "a"}
                {"ref": "b", "after": ["a"]}
                {"ref": "c", "after": ["b"]}
                """
            )
            try await fixture.script(
                """
                insert into cronmill.recurring (name, queue_id, schedule, zone, template, enabled, error)
                select 'nightly', q.queue_id, '0 3 * * *', 'UTC', '{"payload": {}}', false, 'no such zone'
                from cronmill.queue as q
                """
            )
            try await fixture.call()
            try await look(fixture)
            let held =
                "held|work|1 task of graphs waits for dead tasks: cronmill graph list --database \(fixture.database)|t"
            let unfired =
                "recurring|work|A recurring template is not fired: "
                + "cronmill recurring list --database \(fixture.database)|t"
            #expect(try await raised(fixture).filter { !$0.hasPrefix("dead") } == [held, unfired])
            let status = try await fixture.cronmillHere("status", "--exit-code")
            #expect(status.exitCode == 3)
            #expect(status.output.contains(" held "), "\(status.output)")
            #expect(
                status.output.contains("1 task of graphs waits for dead ones: cronmill graph list"),
                "\(status.output)"
            )

            try await fixture.script("delete from app.ill; delete from cronmill.recurring")
            let redriven = try await fixture.cronmillHere(
                "redrive",
                "--id",
                try await fixture.number(of: "a", in: graph),
                "--yes"
            )
            #expect(redriven.exitCode == 0, "\(redriven.errors)")
            try await fixture.call()
            #expect(try await fixture.state(of: graph) == "done")
            try await look(fixture)
            try await look(fixture)
            #expect(try await raised(fixture).allSatisfy { $0.hasSuffix("|f") })
            #expect(try await fixture.cronmillHere("status").output.contains(" held ") == false)
        }
    }

    @Test("behind and failing go by their thresholds, which are set for all, a database, a processor, and back")
    func thresholds() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                Self.failing + "update cronmill.processor set max_attempts = 5, backoff_base = '1 hour'"
            )
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{\"n\": 1}', run_at => now() - interval '1 hour')"
            )
            for _ in 1...4 { _ = try await fixture.rows("select cronmill.enqueue('work', '{\"fails\": 1}')") }
            try await fixture.call()
            // What a run finds when it ends: nothing is ready, and four of five attempts failed.
            try await look(fixture)
            #expect(
                try await raised(fixture) == ["failing|work|Of 5 attempts in the last quarter of an hour 4 failed.|t"]
            )
            try await fixture.script(
                "update cronmill_cron.backlog set ready = 7, oldest_ready_seconds = 3600",
                in: "postgres"
            )
            try await fixture.script("update cronmill_cron.processor set schedule = '*/5 * * * *'", in: "postgres")
            try await look(fixture)
            let behind = try await raised(fixture).filter { $0.hasPrefix("behind") }
            #expect(behind.count == 1)
            #expect(behind.first?.contains(#/The oldest of 7 ready tasks waits (5\d|60) min/#) == true, "\(behind)")

            let database = fixture.database
            let set = try await fixture.cronmill([
                "alarms", "thresholds", "--set", "behind=2h", "--set", "failing=90%", "--database", database,
            ])
            #expect(set.errors.contains("postgres: set threshold behind of \(database) to 2h"), "\(set.errors)")
            #expect(set.exitCode == 0)
            let again = try await fixture.cronmill([
                "alarms", "thresholds", "--set", "behind=2h", "--database", database,
            ])
            #expect(again == ProgramResult(output: "", errors: "postgres: nothing to change\n", exitCode: 0))
            _ = try await fixture.cronmill([
                "alarms", "thresholds", "--set", "dead=off", "--database", database, "--processor", "work",
            ])
            let shown = try await fixture.cronmill(["alarms", "thresholds"])
            let words = shown.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(
                words == [
                    "DATABASE PROCESSOR BEHIND FAILING DEAD OVERDUE SILENT HISTORY REPLICA",
                    "all all 10m 50% 1 5m 5m 1000000 5m", "\(database) all 2h 90%", "\(database) work off",
                ]
            )
            // Two hours are more than there is, and 80% is less than nine tenths: near enough to keep the alarm up.
            try await look(fixture)
            try await look(fixture)
            #expect(try await raised(fixture).map { $0.suffix(1) } == ["f", "t"])
            _ = try await fixture.cronmill([
                "alarms", "thresholds", "--set", "behind=default", "--set", "failing=off", "--database", database,
            ])
            try await look(fixture)
            try await look(fixture)
            #expect(try await raised(fixture).filter { $0.hasSuffix("t") }.map { $0.prefix(6) } == ["behind"])
            #expect(
                try await fixture.cronRows(
                    "select behind, failing, dead from cronmill_cron.thresholds(\(database), 'work')"
                )
                    == ["00:10:00|-|-"]
            )

            for (arguments, error) in [
                (["--set", "late=1h"], "--set late=1h is not understood"),
                (["--set", "dead=-1"], "--set dead=-1: it is a number, off, or default"),
                (["--set", "failing=101%"], "--set failing=101%: it is a percentage, off, or default"),
                (["--set", "history=5", "--database", database], "--set history: it is about the server"),
            ] {
                let result = try await fixture.cronmill(["alarms", "thresholds"] + arguments)
                #expect(result.exitCode == 64)
                #expect(result.errors.contains(error), "\(result.errors)")
            }
            // A disabled processor has no alarms.
            try await fixture.script("update cronmill.processor set enabled = false")
            try await look(fixture)
            try await look(fixture)
            #expect(try await raised(fixture).filter { $0.hasSuffix("t") } == [])
        }
    }

    @Test("a link that is down disturbs no run, and its silence is an alarm; so is a run that does not come")
    func silence() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUp(schedule: nil, "--enable")
            try await eventually("the first word has come") {
                try await fixture.cronRows("select count(*) from cronmill_cron.backlog") == ["1"]
            }
            try await fixture.script("alter server cronmill options (set port '1')")
            try await fixture.script("update cronmill.push set next_at = '-infinity'")
            try await fixture.enqueue(500)
            try await eventually("a push has failed", within: .seconds(130)) {
                try await fixture.rows("select failures > 0 and error is not null as failed from cronmill.push") == [
                    "t"
                ]
            }
            try await fixture.enqueue(500)
            try await eventually("all tasks are done") { try await fixture.done().count == 1000 }
            #expect(try await fixture.done().count == 1000)
            #expect(try await fixture.rows("select count(*) from cronmill.slot where cancels_in_row > 0") == ["0"])
            #expect(
                try await fixture.cronRows(
                    "select count(*) from cron.job_run_details where status = 'failed' and database = \(fixture.database)"
                ) == ["0"]
            )
            let old = """
                update cronmill_cron.backlog set pushed_at = now() - interval '20 minutes';
                update cronmill_cron.processor set changed_at = now() - interval '20 minutes'
                """
            try await fixture.script(old, in: "postgres")
            try await look(fixture)
            let silent = try await raised(fixture)
            #expect(silent.count == 1)
            #expect(silent.first?.hasPrefix("silent|-|Runs go on, but the link has not told") == true, "\(silent)")
            #expect(silent.first?.hasSuffix(": work.|t") == true)

            // Nothing runs any more: it stays what it is, and is that of a run that does not come where nothing is known.
            try await fixture.script("delete from cronmill_cron.alarm", in: "postgres")
            try await fixture.script(
                "update cron.job set active = false where database = '\(fixture.database)'",
                in: "postgres"
            )
            try await fixture.script("delete from cron.job_run_details", in: "postgres")
            try await look(fixture)
            let overdue = try await raised(fixture)
            #expect(
                overdue.first?.hasPrefix("overdue|work|No run has started, though one was due") == true,
                "\(overdue)"
            )
            #expect(overdue.count == 1)
        }
    }

    @Test("a paused processor says so, and is not behind; one that fails to start is failing")
    func pausedAndFailing() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script("update cronmill.processor set paused = true")
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{\"n\": 1}', run_at => now() - interval '1 day')"
            )
            try await fixture.call()
            #expect(try await fixture.cronRows("select ready, paused from cronmill_cron.backlog") == ["1|t"])
            try await look(fixture)
            #expect(try await raised(fixture) == [])

            let jobid = try await fixture.cronRows(
                "select jobid from cronmill_cron.job where processor = 'work' and removed_at is null"
            )[0]
            try await fixture.script(
                """
                update cronmill_cron.processor set schedule = '* * * * *', changed_at = now() - interval '20 minutes';
                update cronmill_cron.backlog set pushed_at = now() - interval '20 minutes';
                insert into cron.job_run_details (jobid, runid, database, username, command, status, return_message, start_time)
                select \(jobid), nextval('cron.runid_seq'), '\(fixture.database)', '\(fixture.runner)',
                    'call cronmill_processor.work(1)', 'failed', 'connection failed', now() - n * interval '1 minute'
                from generate_series(9, 1, -1) as n
                """,
                in: "postgres"
            )
            try await look(fixture)
            let failing = try await raised(fixture)
            #expect(failing.count == 1)
            #expect(failing.first?.hasPrefix("failing|work|Every run since one was due 1") == true, "\(failing)")
            #expect(failing.first?.contains("failed, 9 in all") == true, "\(failing)")
        }
    }

    @Test("a function of the user's is called as the role that was named; its failure stops no other and is told")
    func delivery() async throws {
        try await withOwnServer { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create role alerter login;
                create schema ops authorization alerter;
                set role alerter;
                create table ops.told (message jsonb, as_role text default session_user);
                create function ops.on_alarm(alarm jsonb) returns void language plpgsql as $$
                begin
                    perform set_config('search_path', 'nowhere', false);
                    if alarm ->> 'kind' = 'behind' then raise exception 'not that one'; end if;
                    if alarm ->> 'kind' = 'history' then perform pg_sleep(60); end if;
                    insert into ops.told (message) values (alarm);
                end $$;
                reset role;
                """,
                in: "postgres"
            )
            let set = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm"])
            #expect(
                set
                    == ProgramResult(
                        output: "",
                        errors: "postgres: tell function ops.on_alarm(jsonb) of alarms\n",
                        exitCode: 0
                    )
            )
            #expect(
                try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm"]).errors
                    == "postgres: nothing to change\n"
            )
            #expect(
                try await fixture.cronRows(
                    "select jobname, username, active from cron.job where jobname = 'cronmill deliver'"
                )
                    == ["cronmill deliver|alerter|t"]
            )
            #expect(try await fixture.cronRows("select housekeepers from cronmill_cron.capacity()") == ["3"])
            #expect(try await fixture.cronmillHere("sync", "--check").exitCode == 0)
            try await fixture.script(
                """
                insert into cronmill_cron.alarm (kind, database_name, processor, detail)
                values ('behind', '\(fixture.database)', 'work', 'late'), ('dead', '\(fixture.database)', 'work', 'dead'),
                    ('history', null, null, 'large'), ('capacity', null, null, 'full')
                """,
                in: "postgres"
            )
            try await eventually("those it can be told of are told by pg_cron's job", within: .seconds(150)) {
                try await fixture.cronRows(
                    "select message ->> 'kind' as kind, message ->> 'event' as event, as_role from ops.told order by 1, 2"
                ).filter { $0.hasSuffix("raised|alerter") } == ["capacity|raised|alerter", "dead|raised|alerter"]
            }
            try await eventually("the others are noted", within: .seconds(30)) {
                try await fixture.cronRows(
                    """
                    select kind, tell_error, raised_told_at is null as is_due from cronmill_cron.alarm
                    where kind in ('behind', 'history') and tell_error <> 'The call did not end.' order by kind
                    """
                ) == ["behind|not that one|t", "history|It took longer than 10 s.|t"]
            }
            #expect(
                try await fixture.cronmill(["alarms", "--all"]).errors.contains("could not be delivered: not that one")
            )

            // What its owner could make of it must not be more than its owner may.
            let refused = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm", "--run-as", "postgres"])
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("function ops.on_alarm(jsonb) may not be called as role \"postgres\""))
            try await fixture.script("create role stranger login", in: "postgres")
            let barred = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm", "--run-as", "stranger"])
            #expect(
                barred.errors.hasSuffix(
                    """
                    cronmill: error: role "stranger" may not execute function ops.on_alarm(jsonb)
                    cronmill: detail: (in database "postgres", SQLSTATE MC018)
                    cronmill: hint: grant usage on schema ops to stranger; grant execute on function ops.on_alarm(jsonb) to stranger;

                    """
                )
            )
            #expect(barred.exitCode == 1)
            try await fixture.script("drop role stranger", in: "postgres")
            let missing = try await fixture.cronmill(["alarms", "deliver", "ops.nothing"])
            #expect(missing.errors.contains("there is no function ops.nothing(jsonb) in database \"postgres\""))
            _ = try await fixture.cronmill(["alarms", "deliver", "--none"])
            #expect(
                try await fixture.cronRows("select count(*) from cron.job where jobname = 'cronmill deliver'") == ["0"]
            )
            try await fixture.script("drop owned by alerter; drop role alerter", in: "postgres")
        }
    }

    @Test("a link role can say numbers of its own processors, and nothing else")
    func hostileLink() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp("--enable")
            let connection = try await fixture.connect(fixture.databases[0])
            for values in [
                "('work', -1, 0, 0, 0, 0, false)", "('work', 0, 'NaN', 0, 0, 0, false)",
                "('work', 0, 'infinity', 0, 0, 0, false)", "('work', 0, 0, 9000000, 0, 0, false)",
                "('work', 0, 0, null, 0, 0, false)",
            ] {
                let error = try await expectedError {
                    try await connection.execute("insert into cronmill.registry_backlog values \(unsafeRaw: values)")
                }
                #expect(["23514", "23502"].contains(error.sqlState?.code), "\(error)")
            }
            try await connection.execute("insert into cronmill.registry_backlog values ('other', 1, 1, 1, 1, 1, false)")
            try await connection.execute("insert into cronmill.registry_backlog values ('work', 4, 1, 1, 1, 1, false)")
            await #expect(throws: PostgresError.self) {
                _ = try await connection.query("select name from cronmill.registry_backlog")
            }
            await connection.close()
            #expect(
                try await fixture.cronRows(
                    """
                    select w.name, b.processor, b.ready from cronmill_cron.backlog as b
                    join cronmill_cron.work_database as w on w.work_database_id = b.work_database_id
                    where w.name = any (\(fixture.databases))
                    """
                ) == ["\(fixture.databases[0])|work|4"]
            )
        }
    }
}

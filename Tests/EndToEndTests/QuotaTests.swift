import Postgres
import Testing

/// What all work databases share, and how much of it one may take.
@Suite("Quotas", .timeLimit(.minutes(60)))
struct QuotaTests {
    @Test("a work database has so many slots and jobs at most, until the registry's owner says more")
    func quotas() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                try await fixture.script("select cronmill_cron.set_quota('\(fixture.database)', 2, 4)", in: "postgres")
                let more = try await fixture.cronmillHere("configure", "work", "--slots", "3")
                #expect(more.exitCode == 1)
                #expect(
                    more.errors.contains(
                        "database \"\(fixture.database)\" would have 3 slots of enabled processors that never sleep, and may have 2"
                    )
                )
                #expect(
                    more.errors.contains("cronmill_cron.set_quota('\(fixture.database)', slots => 3, jobs => 4);")
                )
                let asleep = try await fixture.cronmillHere(
                    "configure",
                    "work",
                    "--slots",
                    "3",
                    "--sleep-after",
                    "1m"
                )
                #expect(asleep.exitCode == 0, "slots of one that sleeps share the budget: \(asleep.errors)")
                let awake = try await fixture.cronmillHere("configure", "work", "--sleep-after", "never")
                #expect(awake.errors.contains("would have 3 slots of enabled processors that never sleep"))
                let fewer = try await fixture.cronmillHere(
                    "configure",
                    "work",
                    "--slots",
                    "1",
                    "--sleep-after",
                    "never"
                )
                #expect(fewer.exitCode == 0, "\(fewer.errors)")
                let disabled = try await fixture.cronmillHere([
                    "setup", "--queue", "idle", "--handler", "app.work", "--run-as", fixture.runner, "--slots", "4",
                ])
                #expect(disabled.exitCode == 1)
                #expect(disabled.errors.contains("database \"\(fixture.database)\" would have 5 jobs, and may have 4"))
                // The link itself, too.
                let owner = try await fixture.connect()
                let order = try await expectedError {
                    try await owner.execute(
                        """
                        insert into cronmill.registry (name, enabled, slots, schedule, linger, run_as, removed)
                        values ('many', false, 1000, '* * * * *', '0', \(fixture.runner), false)
                        """
                    )
                }
                #expect(order.message.contains("would have 1001 jobs, and may have 4"))
                await owner.close()
                try await fixture.script(
                    "select cronmill_cron.set_quota('\(fixture.database)', null, null)",
                    in: "postgres"
                )
                let configured = try await fixture.cronmillHere("configure", "work", "--slots", "3")
                #expect(configured.exitCode == 0, "\(configured.errors)")
                #expect(try await fixture.jobs().count == 3)
            }
        }
    }

    @Test("a link waits, and lets others wait, for a limited time; what was taken from it is found, and set again")
    func timeouts() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                let settings: SQL = """
                    select array_to_string(array(select c from unnest(r.rolconfig) as c order by c), ',')
                    from pg_roles as r
                    where r.rolname like 'cronmill link %'
                    """
                let wanted = ["idle_in_transaction_session_timeout=5min,lock_timeout=10s,statement_timeout=60s"]
                #expect(try await fixture.cronRows(settings) == wanted)
                try await fixture.script(
                    "alter role \"cronmill link \(fixture.database)\" reset lock_timeout",
                    in: "postgres"
                )
                let check = try await fixture.cronmillHere("check-permissions")
                #expect(check.exitCode == 3)
                #expect(
                    check.output.contains("sessions of this link may wait, and let others wait, without end")
                        && check.output.contains("set lock_timeout = '10s';")
                )
                let setup = try await fixture.cronmill(["setup", "--database", fixture.database])
                #expect(setup.errors == "\(fixture.database): limit the waits of the link\n")
                #expect(try await fixture.cronRows(settings) == wanted)
                #expect(try await fixture.cronmillHere("check-permissions").exitCode == 0)
            }
        }
    }

    @Test("who waits for an order that is left open is told whose it is")
    func openOrder() async throws {
        try await withServer { server in
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                let open = try await fixture.connect()
                try await open.script("begin; update cronmill.processor set enabled = true")
                let other = try await fixture.cronmill(["enable", "--database", fixture.databases[1]])
                #expect(other.exitCode == 1)
                #expect(
                    other.errors.contains("another transaction that activates jobs has not ended: process ")
                        && other.errors.contains("of role \"cronmill link \(fixture.database)\"")
                        && other.errors.contains("select pg_terminate_backend("),
                    "\(other.errors)"
                )
                try await open.execute("rollback")
                await open.close()
                let again = try await fixture.cronmill(["enable", "--database", fixture.databases[1]])
                #expect(again.exitCode == 0, "\(again.errors)")
            }
        }
    }

    @Test("a table of results with a trigger, or of another's, is refused, and found where it came later")
    func results() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await server.makeRole("stranger")
                try await fixture.setUpQueries()
                #expect(try await fixture.cronmillHere("check-permissions").exitCode == 0)
                let trigger = """
                    create function app.note() returns trigger language plpgsql as 'begin return new; end';
                    create trigger note before insert on app.query_result for each row execute function app.note()
                    """
                for (change, undo, fault) in [
                    (trigger, "drop trigger note on app.query_result", "table app.query_result has trigger note"),
                    (
                        "alter table app.query_result owner to stranger",
                        "alter table app.query_result owner to postgres",
                        "table app.query_result belongs to role \"stranger\""
                    ),
                    (
                        "grant trigger on app.query_result to stranger",
                        "revoke trigger on app.query_result from stranger",
                        "role \"stranger\" may put triggers on table app.query_result"
                    ),
                ] {
                    try await fixture.script(change)
                    let found = try await fixture.cronmillHere("check-permissions")
                    #expect(found.exitCode == 3 && found.output.contains(fault), "\(found.output)\(found.errors)")
                    let refused = try await fixture.cronmillHere([
                        "setup", "--queue", "second", "--query-results", "app.query_result", "--run-as", fixture.runner,
                    ])
                    #expect(refused.exitCode == 1 && refused.errors.contains("error: \(fault)"), "\(refused.errors)")
                    try await fixture.script(undo)
                }
                #expect(try await fixture.cronmillHere("check-permissions").exitCode == 0)
            }
        }
    }
}

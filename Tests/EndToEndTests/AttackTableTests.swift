import Postgres
import Testing

/// What each role tries in one statement, and what it is told: the table of attempts, role by role.
@Suite("Attempts", .timeLimit(.minutes(60)))
struct AttackTableTests {
    private enum Role: String, CaseIterable {
        /// May connect, and nothing else.
        case stranger, producer, monitor, `operator`, runner, link
        /// Owns another work database.
        case neighbour
    }

    private struct Attempt: CustomTestStringConvertible {
        let role: Role
        let isInCron: Bool
        let statement: String
        /// SQLSTATE.
        let refusal: String

        var testDescription: String { "\(role.rawValue): \(statement)" }
    }

    private static func work(_ role: Role, _ statement: String, _ refusal: String = "42501") -> Attempt {
        Attempt(role: role, isInCron: false, statement: statement, refusal: refusal)
    }

    private static func cron(_ role: Role, _ statement: String, _ refusal: String = "42501") -> Attempt {
        Attempt(role: role, isInCron: true, statement: statement, refusal: refusal)
    }

    /// `%d` is the database, `%r` the run-as role, `%me` the role that tries.
    private static let attempts = outside + registry + producer + `operator` + runner + link

    /// Nobody but those named reads or writes a table of ours, or calls a function of ours.
    private static let outside: [Attempt] = [Role.stranger, .producer, .monitor, .runner].flatMap { role in
        [
            work(role, "update cronmill.processor set enabled = true"),
            work(role, "update cronmill.processor set run_as = 'postgres'"),
            work(role, "insert into cronmill.task (queue_id, payload) values (1, '{}')"),
            work(role, "select payload from cronmill.task"), work(role, "select payload from cronmill.dead_task"),
            work(role, "truncate cronmill.task"), work(role, "delete from cronmill.dead_task"),
            work(role, "select cronmill.redrive()"), work(role, "select cronmill.purge_dead('work', '0')"),
            work(role, "create function cronmill.mine() returns integer language sql as 'select 1'"),
            work(role, "create procedure cronmill_processor.mine() language sql as 'select 1'"),
            work(role, "create trigger t before update on cronmill.task execute function app.trigger()"),
            work(role, "drop schema cronmill cascade"),
        ]
    }

    /// And in the registry.
    private static let registry: [Attempt] = Role.allCases.flatMap { role in
        [
            cron(role, "select command from cron.job"), cron(role, "select command from cron.job_run_details"),
            cron(role, "select cron.schedule('* * * * *', 'select 1')"),
            cron(role, "select cron.schedule_in_database('x', '* * * * *', 'select 1', 'postgres')"),
            cron(role, "select cronmill_cron.permit_run_as('%d', 'postgres')"),
            cron(role, "select cronmill_cron.set_quota('%d', 1000, 1000)"),
            cron(
                role,
                "select cronmill_cron.take_settings('%d', 'work', true, 9, '* * * * *', '0', 'postgres', false)"
            ),
            cron(role, "call cronmill_cron.watch()"), cron(role, "call cronmill_cron.house()"),
            cron(role, "update cronmill_cron.work_database set max_slots = 1000"),
            cron(role, "delete from cronmill_cron.run_as"), cron(role, "select cronmill_cron.unregister('%d')"),
            cron(role, "create function cronmill_cron.mine() returns integer language sql as 'select 1'"),
        ]
    }

    /// A producer enqueues to its queue, within bounds; nothing it can put into a row ends a run.
    private static let producer: [Attempt] = [
        work(.producer, "select cronmill.enqueue('other', '{}')", "MC003"),
        work(.producer, "select cronmill.enqueue('work', '{}', timeout => '293000 years')", "22023"),
        work(.producer, "select cronmill.enqueue('work', '{}', timeout => '-1 s')", "22023"),
        // An interval can be infinite from PostgreSQL 17 on.
        work(
            .producer,
            "select cronmill.enqueue('work', '{}', timeout => 'infinity'::text::interval)",
            "22007 or 22023"
        ),
        work(.producer, "select cronmill.enqueue('work', '{}', max_attempts => 10001)", "22023"),
        work(.producer, "select cronmill.enqueue('work', '{}', max_attempts => 0)", "22023"),
        work(.producer, "select cronmill.enqueue('work', '{}', unique_key => repeat('x', 3000))", "22023"),
        work(.producer, "select cronmill.enqueue_many('other', array['{}'::jsonb])", "MC003"),
        work(.producer, "select cronmill.enqueue_envelopes('other', array['{\"payload\": {}}'::jsonb])", "MC003"),
        work(.producer, "select cronmill.cancel(array[1])"),
    ]

    /// An operator sets what is to set, within bounds, and not whose code runs as whom.
    private static let `operator`: [Attempt] = [
        work(.operator, "update cronmill.processor set handler = 'app.other(jsonb)'"),
        work(.operator, "update cronmill.processor set run_as = '%me'"),
        work(.operator, "update cronmill.processor set handler_search_path = 'evil'"),
        work(.operator, "update cronmill.processor set timeout = '293000 years'", "23514"),
        work(.operator, "update cronmill.processor set slots = 1000000", "23514"),
        work(.operator, "update cronmill.processor set slots = 17, enabled = true", "MC004"),
        work(.operator, "update cronmill.processor set schedule = 'every second'", "MC005"),
        work(.operator, "update cronmill.processor set linger = '1 s; select 1'", "22007"),
        work(
            .operator,
            "insert into cronmill.processor (name, queue_id, handler, run_as) values ('x', 1, 'app.work(jsonb)', '%me')"
        ),
        work(.operator, "delete from cronmill.processor"), work(.operator, "truncate cronmill.processor"),
        work(.operator, "select cronmill.grant_part('%me', 'run-as')"),
        work(.operator, "select cronmill.enqueue('work', '{}')"),
        work(.operator, "alter table cronmill.processor disable trigger all"),
    ]

    /// The run-as role has the procedure, and of its queue's tasks what the procedure gives the handler.
    private static let runner: [Attempt] = [
        work(.runner, "select cronmill.enqueue('work', '{}')"),
        work(
            .runner,
            "create or replace procedure cronmill_processor.work(slot integer, task_limit bigint) language sql as ''"
        ),
        work(.runner, "alter procedure cronmill_processor.work(integer, bigint) owner to %r"),
        cron(.runner, "set role postgres"),
    ]

    /// The link writes two views of its own database.
    private static let link: [Attempt] = [
        cron(.link, "set role postgres"), cron(.link, "set role \"%r\""),
        cron(.link, "select 1 from cronmill_cron.visible_jobs()"), cron(.link, "select 1 from cronmill_cron.alarm"),
    ]

    @Test("every attempt is refused, and by name")
    func attempts() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp("--enable")
            let other = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "other",
                "--handler",
                "app.work",
                "--run-as",
                fixture.runner
            )
            try #require(other.exitCode == 0, "\(other.errors)")
            try await fixture.enqueue(1)
            let before = try await state(fixture)
            var connections: [String: Connection] = [:]
            for role in Role.allCases {
                let name = try await make(role, fixture)
                let database = role == .neighbour || role == .link ? nil : fixture.database
                if let database { connections["\(role)work"] = try await fixture.connect(database, as: name) }
                connections["\(role)cron"] = try await fixture.connect("postgres", as: name)
            }
            for attempt in Self.attempts {
                let connection = try #require(connections["\(attempt.role)\(attempt.isInCron ? "cron" : "work")"])
                let statement = attempt.statement.replacing("%d", with: fixture.database)
                    .replacing("%r", with: fixture.runner).replacing("%me", with: name(attempt.role, fixture))
                do {
                    try await connection.execute(SQL(unsafeRaw: statement))
                    Issue.record("\(attempt.testDescription) is not refused")
                } catch let error as PostgresError {
                    #expect(
                        attempt.refusal.contains(error.sqlState?.code ?? "no code"),
                        "\(attempt.testDescription): \(error.message)"
                    )
                }
            }
            for connection in connections.values { await connection.close() }
            #expect(try await state(fixture) == before)
        }
    }

    private func name(_ role: Role, _ fixture: Fixture) -> String {
        switch role {
        case .runner: fixture.runner
        case .link: "cronmill link \(fixture.database)"
        default: "\(fixture.runner)_\(role.rawValue)"
        }
    }

    private func make(_ role: Role, _ fixture: Fixture) async throws -> String {
        let name = name(role, fixture)
        if role != .runner, role != .link { try await fixture.server.makeRole(name) }
        switch role {
        case .producer:
            try #require(try await fixture.cronmillHere("grant", "producer", name, "--queue", "work").exitCode == 0)
        case .monitor, .operator:
            try #require(try await fixture.cronmillHere("grant", role.rawValue, name).exitCode == 0)
        case .neighbour:
            try await fixture.script("alter database \(fixture.databases[1]) owner to \(name)", in: "postgres")
        case .stranger, .runner, .link: break
        }
        return name
    }

    /// All that nobody may have changed.
    private func state(_ fixture: Fixture) async throws -> [String] {
        try await fixture.rows("select p::text from cronmill.processor as p order by 1")
            + fixture.rows("select t.task_id from cronmill.task as t order by 1") + fixture.jobs()
    }
}

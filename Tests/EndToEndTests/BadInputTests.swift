import Postgres
import Testing

/// What is refused: the exact words, the exit code, and that nothing was changed by it.
@Suite("Bad input", .serialized, .timeLimit(.minutes(60)))
struct BadInputTests {
    @Test("a wrong command line is refused before anything is connected to")
    func commandLines() async throws {
        try await check(BadInput.commandLines)
    }

    @Test("a wrong name is refused with the nearest that is right, or the rule")
    func names() async throws {
        try await check(BadInput.names)
    }

    @Test("a schedule that pg_cron would refuse or misread is refused with one that works")
    func schedules() async throws {
        try await check(BadInput.schedules)
        let abilities = try await ServerAbilities(of: BadInputFixture.shared.value.server)
        try await check(abilities.hasSeconds ? [] : BadInput.seconds)
    }

    @Test("a set-up that could not run is refused before any of it is done")
    func setups() async throws {
        try await check(BadInput.setups)
        let abilities = try await ServerAbilities(of: BadInputFixture.shared.value.server)
        try await check(abilities.hangsAboveLimit ? BadInput.capacity : [])
    }

    @Test("tasks that are wrong are refused, all of them")
    func tasks() async throws {
        try await check(BadInput.tasks)
    }

    @Test("commands about tasks and settings that make no sense are refused")
    func taskCommands() async throws {
        try await check(BadInput.taskCommands)
    }

    @Test("a database that cannot be reached is told with what to look at")
    func connections() async throws {
        try await check(BadInput.connections)
    }

    private func check(_ inputs: [BadInput]) async throws {
        let fixture = try await BadInputFixture.shared.value
        let databases = ["shop", "bare"]
        for input in inputs {
            let before = try await DatabaseState.quick(databases, on: fixture.server)
            try await input.check(on: fixture.server)
            let changes = try await DatabaseState.quick(databases, on: fixture.server).differences(from: before)
            #expect(changes == [], "\(input.title)")
        }
        #expect(try await DatabaseState.of(databases, on: fixture.server).differences(from: fixture.state) == [])
    }
}

/// A server of its own: `shop` is set up with queue and processor `work`, `bare` has the handlers only.
struct BadInputFixture: Sendable {
    let server: TestServer
    let state: DatabaseState

    static let shared = Task {
        let server = try await TestServer.own(settings: ["cron.max_running_jobs": "10"])
        let cron = try await server.connect()
        try await cron.script("create role app_runner login; create role nobody; create role \"Odd one\" login")
        for database in ["shop", "bare", "elsewhere"] {
            try await cron.execute("create database \(identifier: database)")
            let connection = try await server.connect(database)
            try await connection.script(handlers)
            await connection.close()
        }
        await cron.close()
        let result = try await server.cronmill([
            "setup", "--database", "shop", "--queue", "work", "--handler", "app.work", "--run-as", "app_runner",
            "--schedule", Fixture.never,
        ])
        try #require(result.exitCode == 0, "\(result.errors)")
        return BadInputFixture(server: server, state: try await DatabaseState.of(["shop", "bare"], on: server))
    }

    private static let handlers = """
        create schema app;
        grant usage on schema app to app_runner;
        create function app.work(payload jsonb) returns void language sql begin atomic select; end;
        create function app.takes_text(payload text) returns void language sql begin atomic select; end;
        create function app.returns_text(payload jsonb) returns text language sql begin atomic select ''; end;
        create function app.secret(payload jsonb) returns void language sql begin atomic select; end;
        create function app.two(payload jsonb) returns void language sql begin atomic select; end;
        create function app.two(task_id bigint, payload jsonb, attempt integer) returns void
        language sql begin atomic select; end;
        revoke execute on function app.secret from public;
        """
}

import Postgres
import Testing

/// Servers on which pg_cron cannot do what is asked.
@Suite("Unfit servers", .timeLimit(.minutes(60)))
struct UnfitServerTests {
    private static let setup = [
        "setup", "--database", "shop", "--queue", "work", "--handler", "app.work", "--run-as", "app_runner",
    ]

    private func prepare(_ server: TestServer, _ script: String = "") async throws {
        let cron = try await server.connect()
        try await cron.script("create role app_runner login; create role installer login")
        try await cron.execute("create database shop")
        await cron.close()
        let shop = try await server.connect("shop")
        try await shop.script(
            """
            create schema app;
            grant usage on schema app to app_runner;
            create function app.work(payload jsonb) returns void language sql begin atomic select; end;
            \(script)
            """
        )
        await shop.close()
    }

    private func refuses(_ server: TestServer, _ inputs: BadInput...) async throws {
        for input in inputs {
            let before = try await DatabaseState.of(["shop"], on: server)
            try await input.check(on: server)
            #expect(try await DatabaseState.of(["shop"], on: server).differences(from: before) == [], "\(input.title)")
        }
    }

    @Test("without pg_cron in shared_preload_libraries nothing is set up")
    func notLoaded() async throws {
        let server = try await TestServer.own(settings: ["shared_preload_libraries": ""])
        try await prepare(server)
        var input = BadInput(
            "pg_cron is not preloaded",
            exitCode: 1,
            errors: """
                error: pg_cron is not loaded on this server
                hint: Install it (Debian: postgresql-NN-cron), set shared_preload_libraries = 'pg_cron', restart.
                """
        )
        input.arguments = Self.setup
        try await refuses(server, input)
    }

    @Test("a role that may not create pg_cron or a link is told what a superuser has to say")
    func notAllowed() async throws {
        let server = try await TestServer.own()
        try await prepare(
            server,
            """
            create extension postgres_fdw;
            grant usage on foreign data wrapper postgres_fdw to installer;
            grant create on database shop to installer;
            """
        )
        var withoutSchema = BadInput(
            "the handler's schema is not open",
            exitCode: 1,
            errors: """
                error: permission denied for schema app
                detail: Role "installer" lacks it in database "shop" (SQLSTATE 42501).
                hint: As a superuser there: grant usage on schema app to installer;
                """
        )
        withoutSchema.arguments = Self.setup + ["--user", "installer"]
        try await refuses(server, withoutSchema)
        let granted = try await server.client("psql", ["-Xqc", "grant usage on schema app to installer", "-d", "shop"])
        try #require(granted.exitCode == 0)
        var withProcessor = BadInput(
            "pg_cron is not created",
            exitCode: 1,
            errors: """
                error: permission denied to create extension "pg_cron"
                detail: Role "installer" lacks it in database "postgres" (SQLSTATE 42501).
                hint: As a superuser there: create extension pg_cron;
                """
        )
        withProcessor.arguments = Self.setup + ["--user", "installer"]
        try await refuses(server, withProcessor)
        var elsewhere = BadInput(
            "pg_cron is configured for another database, which the role may not ask",
            exitCode: 1,
            errors: """
                error: pg_cron is configured for database "postgres", not "shop"
                detail: pg_cron works in one database of an instance only: cron.database_name.
                hint: Name it: --cron-database postgres (or PG_CRON_DATABASE).
                """
        )
        elsewhere.arguments = Self.setup + ["--user", "installer", "--cron-database", "shop"]
        try await refuses(server, elsewhere)
    }

    @Test("with background workers no run may linger where pg_cron runs one after another, and may where it does not")
    func oneAtATime() async throws {
        let server = try await TestServer.own(
            settings: [
                "cron.use_background_workers": "on", "max_worker_processes": "12", "cron.max_running_jobs": "8",
            ]
        )
        try await prepare(server)
        guard try await ServerAbilities(of: server).runsOneAtATime else {
            // Nothing to be refused.
            let result = try await server.cronmill(Self.setup + ["--quiet"])
            #expect(result == ProgramResult(output: "", errors: "", exitCode: 0))
            return
        }
        var input = BadInput(
            "a lingering processor with background workers",
            exitCode: 1,
            errors: """
                error: with background workers pg_cron 1.4 runs one job at a time, so no run may linger
                detail: (in database "postgres", SQLSTATE MC005)
                hint: Set cron.use_background_workers = off and restart, or use linger 0 (--linger 0).
                """
        )
        input.arguments = Self.setup
        try await refuses(server, input)
        let result = try await server.cronmill(Self.setup + ["--linger", "0", "--quiet"])
        #expect(result == ProgramResult(output: "", errors: "", exitCode: 0))
    }
}

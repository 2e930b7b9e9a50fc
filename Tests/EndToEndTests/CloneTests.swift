import Postgres
import PrivateServer
import Testing

/// A physical copy of a whole server, started beside the original.
@Suite("Clones", .timeLimit(.minutes(60)))
struct CloneTests {
    /// How the role of the tests gets a base backup of its server.
    private static let authentication = ["local replication all trust"]

    private func clone(_ server: TestServer) async throws -> TestServer {
        var options = ServerOptions()
        options.listensOnLoopback = true
        options.hostAuthentication = ["host all all 127.0.0.1/32 scram-sha-256"]
        options.settings = server.settings
        options.origin = .copy(of: server.server)
        let copy = try await PrivateServer.start(server.installation, options: options)
        return TestServer(server: copy, installation: server.installation, settings: server.settings)
    }

    /// Tasks that wait for a look from outside: the handler notes its payload and its server's port.
    private func prepare(_ fixture: Fixture, tasks: Int) async throws {
        for database in fixture.databases {
            try await fixture.script(
                """
                alter table app.done add column port integer default current_setting('port')::integer;
                """,
                in: database
            )
        }
        for database in fixture.databases { try await fixture.enqueue(tasks, in: database) }
    }

    @Test("in a clone nothing is done, nothing of it touches the original, and sync --all --adopt makes it work there")
    func clone() async throws {
        try await withServer(authentication: Self.authentication) { original in
            let abilities = try await ServerAbilities(of: original)
            let schedule = abilities.hasSeconds ? "5 seconds" : "* * * * *"
            try await withDatabases(named: ["shop", "postgres"], on: original) { fixture in
                try await fixture.setUp(schedule: schedule, "--slots", "2", "--enable")
                try await prepare(fixture, tasks: 500)
                let jobs = try await fixture.cronRows(Self.jobs)
                let copy = try await clone(original)
                let there = Fixture(server: copy, databases: fixture.databases, runner: fixture.runner)
                do {
                    try await runs(fixture, there)
                    try await touches(fixture, there)
                    #expect(try await fixture.cronRows(Self.jobs) == jobs)
                    try await adopts(fixture, there)
                    #expect(try await fixture.cronRows(Self.jobs) == jobs)
                    await copy.server.stop()
                } catch {
                    await copy.server.stop()
                    throw error
                }
            }
        }
    }

    private static let jobs: SQL = """
        select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username, j.active, j.jobname
        from cron.job as j order by j.jobid
        """

    /// The clone's pg_cron starts its jobs: with workers here, where they are refused; by libpq on the original, where the
    /// slot's lock lets one of two runs work.
    private func runs(_ fixture: Fixture, _ there: Fixture) async throws {
        let usesWorkers = try await ServerAbilities(of: there.server).usesWorkers
        let last = try await there.cronRows("select coalesce(max(runid), 0) from cron.job_run_details")[0]
        // The copy may have tasks that the original did later.
        var before: [[Int]] = []
        for database in there.databases { before.append(try await there.done(in: database)) }
        try await eventually("the clone's pg_cron has ended runs of both slots", within: .seconds(150)) {
            try await there.cronRows(
                """
                select distinct r.command from cron.job_run_details as r
                where r.runid > \(unsafeRaw: last) and r.status = \(usesWorkers ? "failed" : "succeeded")
                    and r.command like 'call cronmill_processor%'
                """
            ).count == 2
        }
        try await fixture.enqueue(500)
        for (database, before) in zip(there.databases, before) {
            #expect(try await there.done(in: database) == before)
            let error = try await expectedError { try await there.call(in: database) }
            #expect(error.sqlState == "MC007")
            try await eventually("the original is done with its tasks") {
                try await fixture.rows("select count(*) from cronmill.task", in: database) == ["0"]
            }
            let twice = try await fixture.rows(
                "select n, count(*) from app.done group by n having count(*) > 2",
                in: database
            )
            #expect(twice == [])
        }
        #expect(try await fixture.done().count == 1_000)
        #expect(try await fixture.done(in: "postgres").count == 500)
        #expect(try await fixture.rows("select distinct port from app.done") == ["\(fixture.server.port)"])
    }

    /// Nothing that is tried in the clone changes the original.
    private func touches(_ fixture: Fixture, _ there: Fixture) async throws {
        for change in ["update cronmill.processor set enabled = false", "delete from cronmill.processor"] {
            for database in there.databases {
                let error = try await expectedError { try await there.script(change, in: database) }
                #expect(error.sqlState == "MC007")
            }
        }
        let databases = there.databases.flatMap { ["--database", $0] }
        for arguments in [
            ["disable"] + databases, ["configure", "work", "--slots", "1"] + databases, ["sync"] + databases,
            there.setupArguments([]),
        ] {
            let refused = try await there.cronmill(arguments)
            #expect(refused.exitCode == 1, "\(arguments): \(refused.output)\(refused.errors)")
            #expect(refused.errors.contains("cronmill sync --adopt"), "\(arguments): \(refused.errors)")
        }
    }

    private func adopts(_ fixture: Fixture, _ there: Fixture) async throws {
        let adopted = try await there.cronmill(["sync", "--all", "--adopt"])
        #expect(adopted.exitCode == 0, "\(adopted.errors)")
        #expect(
            try await there.cronRows("select distinct j.nodename, j.nodeport from cron.job as j")
                == ["\(there.server.socketDirectory)|\(there.server.port)"]
        )
        let again = try await there.cronmill(["sync", "--all", "--adopt"])
        #expect(again.exitCode == 0)
        #expect(again.errors == "postgres: nothing to change\nshop: nothing to change\n")
        let check = try await there.cronmill(["sync", "--all", "--check"])
        #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
        for database in there.databases {
            try await there.enqueue(10, in: database)
            try await eventually("the clone works by itself", within: .seconds(150)) {
                try await there.rows("select count(*) from cronmill.task", in: database) == ["0"]
            }
        }
        let original = try await fixture.cronmill(["sync", "--all", "--check"])
        #expect(original == ProgramResult(output: "", errors: "", exitCode: 0))
    }
}

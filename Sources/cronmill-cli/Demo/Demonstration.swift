internal import ArgumentParser
internal import Cronmill
internal import Postgres
internal import PrivateServer
internal import SQLFiles

/// The demo, once its server runs: what a user would do, in order, told as it goes.
struct Demonstration: Sendable {
    let server: PrivateServer
    let output: Output
    let deployment: Deployment

    init(server: PrivateServer, output: Output) {
        self.server = server
        self.output = output
        let address = ConnectionInfo([
            "host": server.socketDirectory, "port": String(server.port), "user": server.superuser, "dbname": "postgres",
        ])
        deployment = Deployment(cron: address, work: address) { notice in
            if notice.severity == "WARNING" { output.warn(notice.message) }
        }
    }

    /// - Throws: whatever went wrong; `Failure.reported` if records are missing or arrived twice.
    func run(version: Int, keeping: Bool) async throws {
        try await introduce(version: version)
        try await makeDatabases()
        let interval = try await shortestInterval()
        try await setUp(every: interval)
        try headline("Every record of the ISO tables of languages and places becomes a task")
        try command("cd \(CodeTable.folder)")
        var enqueued = try await enqueue([.languages], into: .languages)
        enqueued.merge(try await enqueue([.countries, .subdivisions], into: .places)) { $1 }
        try await enable()
        try await watch(enqueued.values.reduce(0, +), every: interval)
        enqueued.merge(try await enqueueWhileRunning(.currencies, into: .places)) { $1 }
        try await report(disabling: !keeping)
        try await check(enqueued)
        try await sleep(hasSeconds: interval != nil)
    }

    private func introduce(version: Int) async throws {
        let cron: String = try await with("postgres") { connection in
            try await connection.run { session in
                try session.query(
                    """
                    select split_part(e.default_version, '-', 1) as version
                    from pg_available_extensions as e
                    where e.name = 'pg_cron'
                    """
                ).first?.get("version") ?? "?"
            }
        }
        try say(
            """
            A private PostgreSQL \(version) with pg_cron \(cron), in \(server.directory): without TCP,
            apart from every other server. After $ stands what you would type to do the same.
            """
        )
        try command("export PGHOST=\(server.socketDirectory) PGPORT=\(server.port) PGUSER=\(server.superuser)")
    }

    /// Does what a user would do with PostgreSQL's own programs.
    private func makeDatabases() async throws {
        let names = DemoDatabase.all.map(\.name)
        try headline("Two databases with a table and a handler each, and a role the handlers run as")
        try command((names.map { "createdb \($0)" } + ["createuser \(DemoDatabase.role)"]).joined(separator: "; "))
        try await with("postgres") { connection in
            for name in names { try await connection.execute("create database \(identifier: name)") }
            try await connection.execute("create role \(identifier: DemoDatabase.role) login")
        }
        for database in DemoDatabase.all {
            let path = "demo/\(database.name).sql"
            guard let file = SQLFile.named(path) else {
                throw CronmillError(.failed, "SQL file \(path) is missing from this build")
            }
            try command("psql -d \(database.name) -f sql/\(path)", remark: database.contents)
            try await with(database.name) { try await $0.script(file.text) }
        }
    }

    /// A few seconds where pg_cron can (from 1.5), nil where a minute is the least.
    private func shortestInterval() async throws -> Duration? {
        let row = try await with("postgres") { connection in
            try await connection.query(
                """
                select string_to_array(split_part(e.default_version, '-', 1), '.')::integer[] >= '{1,5}' as has_seconds
                from pg_available_extensions as e
                where e.name = 'pg_cron'
                """
            ).first
        }
        return try row?.get("has_seconds") == true ? .seconds(5) : nil
    }

    private func setUp(every interval: Duration?) async throws {
        try headline("Both halves of Cronmill, and a processor in each database")
        for database in DemoDatabase.all {
            let arguments = database.setupArguments(every: interval)
            try command(CommandLineText.wrapped("cronmill setup", arguments))
            // What is done is read from what was shown.
            let setup = try await Setup.asyncParse(arguments)
            let wanted = try setup.request()
            try await deployment.whileSettingUp {
                try await apply(deployment.planSetup(wanted, database: database.name))
            }
        }
    }

    private func enable() async throws {
        try headline("Now pg_cron may start them")
        try command("cronmill enable --all")
        for database in try await deployment.registeredDatabases() {
            try await apply(deployment.plan(.enable, [], in: database))
        }
    }

    private func apply(_ plan: Plan) async throws {
        try await deployment.apply(plan) { step in output.progress("\(step.database): \(step.title)") }
        for (database, steps) in plan.stepsByDatabase {
            try result(CommandLineText.wrapped(steps: steps.map(\.title), in: database))
        }
    }

    /// Runs `body` with a connection to a database of the server and closes it, whatever happens.
    func with<Value: Sendable>(_ database: String, _ body: (Connection) async throws -> Value) async throws -> Value {
        let connection = try await Connection.connect(deployment.work.database(database))
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension Plan {
    /// The steps, those that follow each other in one database together.
    fileprivate var stepsByDatabase: [(database: String, steps: [Step])] {
        var groups: [(database: String, steps: [Step])] = []
        for step in steps {
            if let last = groups.indices.last, groups[last].database == step.database {
                groups[last].steps.append(step)
            } else {
                groups.append((step.database, [step]))
            }
        }
        return groups
    }
}

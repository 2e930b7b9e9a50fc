import FoundationEssentials
import Postgres
import Testing

/// The whole of the main job, with names that a careless program would trip over.
@Suite("Hostile names", .timeLimit(.minutes(60)))
struct HostileNamesTests {
    private static let server = Task { try await TestServer.own() }

    @Test("the main job goes through, and leaves nothing behind", arguments: HostileNames.all)
    func mainJob(names: HostileNames) async throws {
        let job = HostileJob(names: names, server: try await Self.server.value)
        try await job.create()
        let before = try await job.schemas()

        let handler = "\(Identifier(names.schema).quoted).\(Identifier(names.function).quoted)"
        let setup =
            ["setup"] + job.flags + [
                "--queue=\(names.queue)", "--handler=\(handler)", "--run-as=\(names.role)", "--linger=0",
            ]
        _ = try await job.run(setup)
        let again = try await job.run(setup)
        #expect(again.errors == names.databases.map { "\($0): nothing to change\n" }.joined())

        for database in names.databases {
            _ = try await job.run(
                ["enqueue", "--database=\(database)", "--queue=\(names.queue)", "-"],
                input: "{\"n\": 1}\n{\"n\": 2}\n"
            )
        }
        let first = try #require(names.databases.first)
        try await job.call(in: first)
        #expect(try await job.done(in: first) == 2)

        _ = try await job.run(["enable"] + job.flags + ["--", names.queue])
        try await eventually("pg_cron has run the processors of \(names.title)") {
            for database in names.databases where try await job.done(in: database) < 2 { return false }
            return try await job.listed("runs").count >= names.databases.count
        }
        let status = try await job.listed("status", ["--", names.queue])
        #expect(status.map(\.database) == names.databases)
        #expect(status.map(\.processor) == names.databases.map { _ in names.queue })
        #expect(Set(try await job.listed("runs").map(\.database)) == Set(names.databases))

        _ = try await job.run(["configure"] + job.flags + ["--slots=2", "--timeout=5m", "--", names.queue])
        #expect(try await job.activeJobs() == names.databases.map { "\($0)|2" }.sorted())
        let path = "\(Identifier(names.schema).quoted), pg_temp"
        _ = try await job.run(["configure", "--search-path=\(path)"] + job.flags + ["--", names.queue])
        _ = try await job.run(["tasks", "--queue=\(names.queue)"] + job.flags)
        _ = try await job.run(["redrive", "--yes"] + job.flags + ["--", names.queue])
        _ = try await job.run(["purge", "--dead=0", "--done=0", "--yes"] + job.flags + ["--", names.queue])
        try await recur(job)
        _ = try await job.run(["sync", "--check"] + job.flags)
        _ = try await job.run(["server"] + job.flags)
        _ = try await job.run(["disable"] + job.flags + ["--", names.queue])
        #expect(try await job.activeJobs() == [])
        _ = try await job.run(["enable"] + job.flags)

        // One after another: what goes away takes nothing of the others with it.
        for (index, database) in names.databases.enumerated() {
            _ = try await job.run(["remove", "--everything", "--yes", "--database=\(database)"])
            let left = names.databases.dropFirst(index + 1)
            #expect(try await job.activeJobs() == left.map { "\($0)|2" }.sorted())
            for other in left { _ = try await job.run(["sync", "--check", "--database=\(other)"]) }
        }
        #expect(try await job.schemas() == before)
    }
}

extension HostileNamesTests {
    /// A recurring template, a graph and a tag by such names.
    private func recur(_ job: HostileJob) async throws {
        let names = job.names
        let name = ["--", names.queue]
        _ = try await job.run(
            ["recurring", "set", "--queue=\(names.queue)", "--schedule=0 0 1 1 *", "--payload={\"n\": 3}"] + job.flags
                + name
        )
        #expect(try await job.run(["recurring", "show"] + job.flags.prefix(1) + name).output.contains(names.queue))
        for verb in ["disable", "enable", "run-now", "remove"] {
            _ = try await job.run(["recurring", verb] + job.flags + name)
        }
        for database in names.databases {
            let database = "--database=\(database)"
            let line = "{\"payload\": {\"n\": 4}}\n"
            _ = try await job.run(
                ["enqueue", "--queue=\(names.queue)", "--graph=-", "--name=\(names.role)", database],
                input: line
            )
            #expect(try await job.run(["graph", "list", database]).output.contains(names.role))
            _ = try await job.run(
                ["enqueue", "--queue=\(names.queue)", "--tag=\(names.schema)", "--run-at=tomorrow", database, "-"],
                input: "1\n"
            )
            let tagged = try await job.run(["tasks", "--tag=\(names.schema)", "--json", database])
            #expect(tagged.output.contains("\"payload\": 1"))
            _ = try await job.run(["cancel", "--queue=\(names.queue)", "--tag=\(names.schema)", "--yes", database])
        }
    }
}

/// One run of the main job.
private struct HostileJob: Sendable {
    let names: HostileNames
    let server: TestServer

    /// The databases as flags.
    var flags: [String] { names.databases.map { "--database=\($0)" } }

    func create() async throws {
        let cron = try await server.connect()
        try await cron.execute("create role \(identifier: names.role) login")
        for database in names.databases { try await cron.execute("create database \(identifier: database)") }
        await cron.close()
        for database in names.databases {
            let connection = try await server.connect(database)
            let handler: SQL = "\(identifier: [names.schema, names.function])"
            try await connection.execute("create schema \(identifier: names.schema)")
            try await connection.execute("create table \(identifier: [names.schema, "done"]) (n bigint)")
            try await connection.execute(
                """
                create function \(sql: handler) (payload jsonb) returns void language sql begin atomic
                    insert into \(identifier: [names.schema, "done"]) (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            try await connection.execute(
                "grant usage on schema \(identifier: names.schema) to \(identifier: names.role)"
            )
            try await connection.execute(
                "grant insert on \(identifier: [names.schema, "done"]) to \(identifier: names.role)"
            )
            await connection.close()
        }
    }

    /// Runs a command that has to succeed.
    func run(_ arguments: [String], input: String = "") async throws -> ProgramResult {
        // Others use the registry at the same time, and the later of two set-ups waits for the first.
        let result = try await server.cronmill(arguments, input: Array(input.utf8))
        try #require(result.exitCode == 0, "\(arguments.first ?? ""): \(result.errors)\(result.output)")
        return result
    }

    func call(in database: String) async throws {
        let connection = try await server.connect(database, as: names.role)
        try await connection.execute("call cronmill_processor.\(identifier: names.queue)(0)")
        await connection.close()
    }

    func done(in database: String) async throws -> Int {
        try await count("select count(*) as total from \(identifier: [names.schema, "done"])", in: database)
    }

    /// Database and number of its active jobs, for those that have any.
    func activeJobs() async throws -> [String] {
        let connection = try await server.connect()
        let rows = try await connection.query(
            """
            select concat(j.database, '|', count(*)) as jobs
            from cron.job as j
            where j.active and j.database = any (\(names.databases))
            group by j.database
            """
        )
        await connection.close()
        return rows.compactMap { $0["jobs"] }.sorted()
    }

    /// Schemas of the databases, and all roles that are ours.
    func schemas() async throws -> [String] {
        var texts: [String] = []
        for database in names.databases {
            let name = database.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            let dump = try await server.client("pg_dump", ["--schema-only", "--dbname=dbname='\(name)'"])
            try #require(dump.exitCode == 0, "\(dump.errors)")
            texts.append(
                dump.output.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
            )
            texts.append(
                String(
                    try await count(
                        "select count(*) as total from pg_roles where starts_with(rolname, \("cronmill link \(database.prefix(20))"))",
                        in: "postgres"
                    )
                )
            )
        }
        return texts
    }

    /// What a report lists, as JSON.
    func listed(_ command: String, _ arguments: [String] = []) async throws -> [Listed] {
        let result = try await run([command, "--json"] + flags + arguments)
        return try JSONDecoder().decode([Listed].self, from: Data(result.output.utf8))
    }

    struct Listed: Decodable {
        let database: String
        let processor: String
    }

    private func count(_ sql: SQL, in database: String) async throws -> Int {
        let connection = try await server.connect(database)
        let total: Int = try #require(try await connection.query(sql).first).get("total")
        await connection.close()
        return total
    }
}

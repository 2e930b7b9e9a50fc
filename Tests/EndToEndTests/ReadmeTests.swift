import Postgres
import PrivateServer
import Subprocess
import SystemPackage
import Testing

/// The README is run: what it tells a reader to type has to work, in the order in which it stands.
@Suite("README")
struct ReadmeTests {
    @Test("every shell block of the README does what it says, and nothing is left at the end")
    func tour() async throws {
        let blocks = try await Self.blocks("sh")
        #expect(blocks.count == 8)
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.execute("create database shop")
            try await connection.execute("create database analytics")
            let before = try await Self.objects(connection)
            await connection.close()
            let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent().string
            var environment = server.environment.filter { $0.key.hasPrefix("PG") }
            environment["PATH"] = "\(folder):\(server.installation.binDirectory):/usr/bin:/bin"
            for (number, block) in blocks.enumerated() {
                let result = try await ProgramResult.of(
                    "/bin/bash",
                    ["-euo", "pipefail", "-c", block],
                    environment: environment
                )
                try #require(result.exitCode == 0, "\(block)\n\(result.output)\(result.errors)")
                switch number {
                case 3: #expect(result.errors.contains("shop: 100 tasks done"))
                case 4: #expect(result.errors.contains("slots 2 -> 1, timeout 30m -> 5m"))
                case 7: #expect(result.errors.contains("shop: 10 tasks done"))
                default: break
                }
            }
            let after = try await server.connect()
            #expect(try await Self.objects(after) == before)
            await after.close()
        }
    }

    @Test("the example program is the one in the README, and does what it says")
    func example() async throws {
        let source = try await Self.text("Examples/backlog/Backlog.swift")
        #expect(try await Self.blocks("swift") == [source])
        let handlers = try await Self.blocks("sh")[0]
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.execute("create database shop")
            try await connection.execute("create database analytics")
            await connection.close()
            var environment = server.environment.filter { $0.key.hasPrefix("PG") }
            environment["PATH"] = "\(server.installation.binDirectory):/usr/bin:/bin"
            let prepared = try await ProgramResult.of("/bin/bash", ["-euc", handlers], environment: environment)
            try #require(prepared.exitCode == 0, "\(prepared.errors)")
            let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent()
            let result = try await ProgramResult.of(
                folder.appending("backlog").string,
                ["postgresql://\(server.server.superuser)@/shop?host=\(server.socketDirectory)&port=\(server.port)"],
                environment: [:]
            )
            #expect(result.errors == "")
            #expect(result.output == "11 steps, 2 tasks\nshop/letters: 2 ready\n")
        }
    }

    @Test("the grants of the README are what a set-up without superuser takes")
    func grants() async throws {
        let grants = try await Self.blocks("sql")
        try #require(grants.count == 2)
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.script("create role installer login; create role app_runner login")
            try await connection.execute("create database shop")
            try await connection.execute("create extension pg_cron")
            try await connection.script(grants[0])
            await connection.close()
            let shop = try await server.connect("shop")
            try await shop.script(grants[1])
            try await shop.script(
                """
                create schema app;
                create function app.work(payload jsonb) returns void language sql begin atomic select; end;
                grant usage on schema app to app_runner
                """
            )
            let result = try await server.cronmill(
                [
                    "setup", "--database", "shop", "--queue", "work", "--handler", "app.work", "--run-as", "app_runner",
                    "--max-running-jobs", "32", "--others", "0", "--enable",
                ],
                environment: ["DB_USER": "installer"]
            )
            #expect(result.exitCode == 0, "\(result.errors)")
            let owners = try await shop.query("select p.name, p.enabled from cronmill.processor as p")
            #expect(owners.map { [$0["name"], $0["enabled"]] } == [["work", "t"]])
            await shop.close()
            let cron = try await server.connect()
            let jobs = try await cron.query("select j.username from cron.job as j where j.database = 'shop'")
            #expect(jobs.map { $0["username"] } == ["app_runner"])
            await cron.close()
        }
    }

    /// The blocks of a language, in order.
    private static func blocks(_ language: String) async throws -> [String] {
        try await text("README.md").split(separator: "```\(language)\n").dropFirst().map { part in
            String(part.prefix(upTo: part.firstRange(of: "```")?.lowerBound ?? part.endIndex))
        }
    }

    private static func text(_ path: String) async throws -> String {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        return try await ProgramResult.of("/bin/cat", [root.appending(path).string], environment: [:]).output
    }

    /// Schemas and extensions of the cron database, jobs being gone with pg_cron, and roles of ours.
    private static func objects(_ connection: Connection) async throws -> [String] {
        try await connection.query(
            """
            select n.nspname::text as name from pg_catalog.pg_namespace as n where n.nspname !~ '^pg_'
            union all select e.extname from pg_catalog.pg_extension as e
            union all select r.rolname from pg_catalog.pg_roles as r where r.rolname ~ 'cronmill'
            order by 1
            """
        ).map { try $0.get("name") }
    }
}

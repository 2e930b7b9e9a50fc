import Glibc
import Postgres
import PrivateServer
import Subprocess
import SystemPackage
import Testing

/// README and docs are run: what they tell a reader to type has to work, in the order in which it stands.
@Suite("README and docs")
struct ReadmeTests {
    @Test("every shell block of README and docs does what it says, and nothing is left at the end")
    func tour() async throws {
        // That of a set-up without superuser is run by itself.
        let blocks = try await Self.blocks("sh").filter { !$0.contains(Self.isWithoutSuperuser) }
        for command in Self.told.keys {
            #expect(blocks.filter { $0.contains(command) }.count == 1, "the block with \(command)")
        }
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.execute("create database shop")
            try await connection.execute("create database analytics")
            let before = try await Self.objects(connection)
            await connection.close()
            let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent().string
            var environment = server.environment.filter { $0.key.hasPrefix("PG") }
            environment["PATH"] = "\(folder):\(server.installation.binDirectory):/usr/bin:/bin"
            for block in blocks {
                // pg_cron would do the tasks that the block says it has done.
                if Self.told.keys.contains(where: block.contains) { try await awayFromFullMinute() }
                let result = try await ProgramResult.of(
                    "/bin/bash",
                    ["-euo", "pipefail", "-c", block],
                    environment: environment
                )
                try #require(result.exitCode == 0, "\(block)\n\(result.output)\(result.errors)")
                for (command, told) in Self.told where block.contains(command) {
                    #expect(result.errors.contains(told))
                }
            }
            let after = try await server.connect()
            #expect(try await Self.objects(after) == before)
            await after.close()
        }
    }

    @Test("the example program is the one in the docs, and does what it says")
    func example() async throws {
        let source = try await Page.text("Examples/backlog/Backlog.swift")
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
            #expect(result.output == "12 steps, 2 tasks\nshop/letters: 2 ready\n")
        }
    }

    @Test("without superuser, by password, the page's lines are all it takes until pg_cron has done a task")
    func withoutSuperuser() async throws {
        let grants = try await Self.blocks("sql").filter { $0.contains("installer") }
        let lines = try await Self.blocks("text").map { $0.filter { $0 != "\n" } }
        let rule = try #require(lines.first { $0.contains("map=cronmill") })
        let map = try #require(lines.first { $0.hasPrefix("cronmill  postgres") })
        let handler = try await Self.blocks("sh")[0]
        let commands = try #require(await Self.blocks("sh").first { $0.contains(Self.isWithoutSuperuser) })
        try #require(grants.count == 2)
        // Nobody but the superuser is trusted on the socket.
        let rules = ["local all postgres trust", rule, "local all all scram-sha-256"]
        try await withServer(authentication: rules) { server in
            try await server.identMap(map)
            let connection = try await server.connect()
            for role in ["installer", "app_runner"] { try await server.makeRole(role) }
            try await connection.execute("create database shop")
            try await connection.execute("create database analytics")
            try await connection.execute("create extension pg_cron")
            try await connection.script(grants[0])
            let shop = try await server.connect("shop")
            let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent().string
            var environment = server.environment.filter { $0.key.hasPrefix("PG") }
            environment["PATH"] = "\(folder):\(server.installation.binDirectory):/usr/bin:/bin"
            let prepared = try await ProgramResult.of("/bin/bash", ["-euc", handler], environment: environment)
            try #require(prepared.exitCode == 0, "\(prepared.errors)")
            try await shop.script(grants[1])

            environment = server.passwordEnvironment("installer")
            environment["DB_PORT"] = String(server.port)
            environment["PATH"] = "\(folder):/usr/bin:/bin"
            let result = try await ProgramResult.of(
                "/bin/bash",
                ["-euo", "pipefail", "-c", commands],
                environment: environment
            )
            try #require(result.exitCode == 0, "\(result.output)\(result.errors)")
            #expect(result.errors.contains(" 0 to put right\n"))
            try await shop.execute("select cronmill.enqueue('letters', '{\"to\": \"reader-1\"}')")
            try await eventually("pg_cron has sent the letter") {
                try await shop.query("select recipient from app.letter").map { $0["recipient"] } == ["reader-1"]
            }
            await shop.close()
            let jobs = try await connection.query("select j.username from cron.job as j where j.database = 'shop'")
            #expect(jobs.map { $0["username"] } == ["app_runner"])
            await connection.close()
        }
    }

    /// What the block with a command tells its reader.
    private static let told = [
        "cronmill process letters": "shop: 100 tasks done",
        "cronmill configure letters": "slots 2 -> 1, timeout 30m -> 5m",
        "cronmill import": "analytics: import settings, changing processors: letters",
        "cronmill process fragments": "shop: 10 tasks done",
        "cronmill migrate takeover": "shop: 5,000 rows moved from table app.jobs to queue jobs",
    ]

    /// By which the block of a set-up without superuser is known.
    private static let isWithoutSuperuser = "--max-running-jobs"

    /// The pages, in the order in which they are run; from-partitioncache.md has a test of its own.
    private static let pages = [
        "README.md", "docs/console.md", "docs/slots.md", "docs/graphs.md", "docs/recurring.md", "docs/tour.md",
        "docs/without-superuser.md",
        "docs/query-processors.md", "docs/migrating.md",
        "docs/library.md", "docs/architecture.md", "docs/engine.md", "docs/commands.md", "docs/connections.md",
        "docs/handlers.md",
        "docs/operations.md", "docs/pg_cron.md", "docs/roles.md", "docs/security.md", "docs/tasks.md",
    ]

    /// The blocks of a language, in order.
    private static func blocks(_ language: String) async throws -> [String] {
        var blocks: [String] = []
        for page in pages { blocks += try await Page.blocks(language, of: page) }
        return blocks
    }

    @Test("every page is run, and every link leads to a file")
    func links() async throws {
        let folder = Page.folder
        let found = try await ProgramResult.of(
            "/bin/sh",
            ["-c", "cd '\(folder.string)' && ls *.md docs/*.md"],
            environment: ["PATH": "/usr/bin:/bin"]
        ).output.split(separator: "\n").map(String.init)
        let others = [
            "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/developing-take-over.md",
            "docs/from-partitioncache.md",
        ]
        #expect(Set(found) == Set(Self.pages + others))
        for page in found {
            let parent = folder.appending(page).removingLastComponent()
            for part in try await Page.text(page).split(separator: "](").dropFirst() {
                let target = part.prefix { $0 != ")" && $0 != "#" }
                guard !target.isEmpty, !target.contains("://") else { continue }
                #expect(access(parent.appending(String(target)).string, F_OK) == 0, "\(page): \(target)")
            }
        }
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

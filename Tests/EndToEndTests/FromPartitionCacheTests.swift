import Postgres
import PrivateServer
import SystemPackage
import Testing

/// What the page for users of PartitionCache tells them to type has to work, in the order in which it stands.
@Suite("From PartitionCache", .timeLimit(.minutes(60)))
struct FromPartitionCacheTests {
    @Test("every shell block of docs/from-partitioncache.md does what it says")
    func page() async throws {
        let blocks = try await Page.blocks("sh", of: "docs/from-partitioncache.md")
        #expect(blocks.count == 10)
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await fixture.script("revoke select on public.point from \(fixture.runner)")
            try await old.configure(isEnabled: true)
            try await old.ask("page")
            let jobs = try await old.jobs()
            var environment = fixture.server.environment
            let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent().string
            environment["PATH"] = "\(folder):\(fixture.server.installation.binDirectory):/usr/bin:/bin"
            environment["DB_NAME"] = fixture.database
            environment["PG_CRON_DATABASE"] = "postgres"
            environment["RUN_AS"] = fixture.runner
            for block in blocks {
                let result = try await ProgramResult.of(
                    "/bin/bash",
                    ["-euo", "pipefail", "-c", block],
                    environment: environment
                )
                try #require(result.exitCode == 0, "\(block)\n\(result.output)\(result.errors)")
            }
            try await eventually("the table of the new queue is there", within: .seconds(180)) {
                try await fixture.rows("select to_regclass('public.app2_cache_cache_id')") != ["-"]
            }
            try await eventually("all is computed, where the library reads it", within: .seconds(180)) {
                try await fixture.rows(
                    """
                    select (select count(*) from public.fast_queries as q where q.status = 'ok') as fast,
                        (select count(*) from public.app2_cache_cache_id) as new,
                        (select cardinality(c.partition_keys) from public.fast_cache_id as c where c.query_hash = 'page0') as size
                    """
                ) == ["5|1|50"]
            }
            #expect(try await old.jobs() == [])
            #expect(jobs.count == 5)
        }
    }
}

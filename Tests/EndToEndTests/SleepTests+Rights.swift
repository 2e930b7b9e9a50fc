import Postgres
import Testing

extension SleepTests {
    @Test("where tasks may not wake a processor it stays awake, it is refused to sleep, and what mends that is told")
    func mayNotRing() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.makeInstaller()
                let environment = ["DB_USER": "installer"]
                func cronmill(_ arguments: String...) async throws -> ProgramResult {
                    try await fixture.cronmill(
                        arguments + ["--database", fixture.database],
                        environment: environment
                    )
                }
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(
                        schedule: nil,
                        ["--sleep-after", "1s", "--linger", "4s", "--max-running-jobs", "32", "--others", "0"]
                    ),
                    environment: environment
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")

                let link = "cronmill link \(fixture.database)"
                let version = try await fixture.cronRows(
                    "select current_setting('server_version_num')::integer >= 160000"
                )
                var losses = [("alter role installer nocreaterole", "alter role installer createrole;")]
                if version == ["t"] {
                    losses.append(
                        (
                            "revoke admin option for \"\(link)\" from installer cascade",
                            "grant \"\(link)\" to installer with admin option;"
                        )
                    )
                }
                for (loss, remedy) in losses {
                    try await fixture.script(loss, in: "postgres")
                    // As if it had been enabled a moment ago, and had found nothing to do.
                    try await fixture.script(
                        """
                        update cronmill_cron.processor set enabled = true;
                        update cronmill_cron.demand set state = 'awake', changed_at = now(), seen_at = now()
                        """,
                        in: "postgres"
                    )
                    try await fixture.call()
                    #expect(try await fixture.cronRows("select d.state from cronmill_cron.demand as d") == ["awake"])

                    let check = try await cronmill("check-permissions")
                    #expect(check.exitCode == 3)
                    #expect(
                        check.output.contains("may alter role \(link) (by which tasks wake processors that sleep)"),
                        "\(check.output)"
                    )
                    #expect(check.output.contains(remedy), "\(check.output)")
                    #expect(try await cronmill("configure", "work", "--sleep-after", "never").exitCode == 0)
                    let refused = try await cronmill("configure", "work", "--sleep-after", "1s")
                    #expect(refused.exitCode == 1)
                    #expect(refused.errors.contains("processor \"work\" cannot sleep: no task could wake it"))
                    #expect(refused.errors.contains(remedy), "\(refused.errors)")

                    // All that it tells, for with the right to give the membership away that itself may go.
                    for line in check.output.split(separator: "\n") where line.hasPrefix("    ") {
                        try await fixture.script(String(line), in: "postgres")
                    }
                    let configured = try await cronmill("configure", "work", "--sleep-after", "1s")
                    #expect(configured.exitCode == 0, "\(configured.errors)")
                    #expect(try await cronmill("check-permissions").exitCode == 0)
                }
            }
        }
    }
}

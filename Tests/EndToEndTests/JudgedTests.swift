import Postgres
import Testing

/// How the registry judges what databases say of their processors.
@Suite("Judged", .timeLimit(.minutes(60)))
struct JudgedTests {
    @Test("attempts that failed are failing from three on, by the share that the threshold allows")
    func failing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            for (failed, total, measure) in [(2, 2, "-"), (3, 3, "2.0"), (3, 7, "0.9"), (0, 0, "-"), (5, 0, "-")] {
                let found = try await fixture.rows(
                    "select round(cronmill_cron.failing_measure(\(failed), \(total), 50), 1)",
                    in: "postgres"
                )
                #expect(found == [measure], "\(failed) of \(total)")
            }
        }
    }

    @Test("what became ready between two runs waits for the next one before it is behind")
    func behind() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp(schedule: "0 * * * *", "--enable")
            // It is ten past; the threshold is five minutes.
            for (ready, measure) in [("09:50", "2.0"), ("10:00", "-10.0"), ("09:00:01", "2.0"), ("08:50", "14.0")] {
                let facts: SQL = """
                    jsonb_build_array(jsonb_build_object(
                        'database_name', \(literal: fixture.database), 'processor', 'work', 'failed', 0, 'attempts', 0,
                        'of_at', extract(epoch from timestamptz '2027-01-15 10:10+00'),
                        'oldest_ready_at', extract(epoch from ('2027-01-15 ' || \(literal: ready) || '+00')::timestamptz)
                    ))
                    """
                let judged: SQL = """
                    select round(j.behind_measure, 1) from cronmill_cron.judged(\(sql: facts), interval '5 minutes') as j
                    """
                let found = try await fixture.rows(judged, in: "postgres")
                #expect(found == [measure], "\(ready)")
            }
        }
    }

    @Test("a run that was due before its schedule was asked for, or the slot last ran, is not missed")
    func late() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp(schedule: "* * * * *", "--enable")
            // As it is tomorrow: when the server was started is long ago then.
            func late(quiet: String, changed: String) async throws -> [String] {
                try await fixture.script(
                    """
                    update cronmill_cron.processor as p set changed_at = clock_timestamp() + interval '\(changed)'
                    from cronmill_cron.work_database as w
                    where w.work_database_id = p.work_database_id and w.name = '\(fixture.database)'
                    """,
                    in: "postgres"
                )
                return try await fixture.rows(
                    """
                    select concat_ws(',', u.is_late, u.is_overdue)
                    from cronmill_cron.dues(array[\(literal: fixture.database)], jsonb_build_array(jsonb_build_object(
                        'database_name', \(literal: fixture.database), 'processor', 'work',
                        'quiet_since', extract(epoch from clock_timestamp() + \(literal: quiet)::interval)
                    )), clock_timestamp() + interval '1 day') as u
                    """,
                    in: "postgres"
                )
            }
            #expect(try await late(quiet: "-1 day", changed: "-1 day") == ["t,t"])
            #expect(try await late(quiet: "1 day", changed: "-1 day") == ["f,f"])
            #expect(try await late(quiet: "-1 day", changed: "1 day") == ["f,f"])
        }
    }
}

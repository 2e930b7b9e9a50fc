import Postgres
import Testing

/// The ticks of recurring templates: which there are, and which of those that are due are fired.
@Suite("Ticks", .timeLimit(.minutes(60)))
struct RecurringTickTests {
    /// A schedule, a zone, a moment in UTC, and the ticks that follow it.
    static let cases: [(schedule: String, zone: String, after: String, ticks: [String])] = [
        ("* * * * *", "UTC", "2026-11-26 03:40:12", ["03:41", "03:42"]),
        ("0 3 * * *", "UTC", "2026-11-26 03:00:00", ["2026-11-27 03:00", "2026-11-28 03:00"]),
        ("0 0 29 2 *", "UTC", "2026-01-01 00:00:00", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 31 * *", "UTC", "2026-01-01 00:00:00", ["2026-01-31 00:00", "2026-03-31 00:00", "2026-05-31 00:00"]),
        ("0 12 $ 2 *", "UTC", "2027-01-01 00:00:00", ["2027-02-28 12:00", "2028-02-29 12:00"]),
        (
            "0 0 13 * fri", "UTC", "2026-11-26 00:00:00",
            ["2026-11-27 00:00", "2026-12-04 00:00", "2026-12-11 00:00", "2026-12-13 00:00"]
        ),
        // What is left out in spring is moved on; of what comes twice in autumn the second is meant.
        ("30 2 * * *", "Europe/Berlin", "2027-03-27 12:00:00", ["2027-03-28 01:30", "2027-03-29 00:30"]),
        ("30 2 * * *", "Europe/Berlin", "2027-10-30 12:00:00", ["2027-10-31 01:30", "2027-11-01 01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2027-10-31 00:30:00", ["2027-10-31 01:30", "2027-11-01 01:30"]),
        // Two that become one are one, and they come in the order of the instants.
        ("30 2,3 * * *", "Europe/Berlin", "2027-03-27 12:00:00", ["2027-03-28 01:30", "2027-03-29 00:30"]),
        ("10,50 2,3 * * *", "Europe/Berlin", "2027-03-28 00:30:00", ["01:10", "01:50", "2027-03-29 00:10"]),
        ("45 2 * * *", "Europe/Berlin", "2027-03-28 01:20:00", ["2027-03-28 01:45", "2027-03-29 00:45"]),
        ("15 2 * * *", "Europe/Berlin", "2027-10-31 00:20:00", ["2027-10-31 01:15", "2027-11-01 01:15"]),
        // Every hour is every hour that passes.
        ("30 * * * *", "Europe/Berlin", "2027-03-28 00:00:00", ["00:30", "01:30", "02:30"]),
        ("30 * * * *", "Europe/Berlin", "2027-10-31 00:00:00", ["00:30", "01:30", "02:30"]),
        ("0 */2 * * *", "Europe/Berlin", "2027-10-30 21:00:00", ["22:00", "2027-10-31 00:00", "01:00", "03:00"]),
        ("30 2 * * *", "America/New_York", "2027-03-13 12:00:00", ["2027-03-14 07:30", "2027-03-15 06:30"]),
        ("30 1 * * *", "America/New_York", "2027-11-06 12:00:00", ["2027-11-07 06:30", "2027-11-08 06:30"]),
        // By half an hour.
        ("15 2 * * *", "Australia/Lord_Howe", "2027-10-02 12:00:00", ["2027-10-02 15:45", "2027-10-03 15:15"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2027-04-03 12:00:00", ["2027-04-03 15:15", "2027-04-04 15:15"]),
        // At midnight.
        ("15 0 * * *", "Africa/Cairo", "2027-04-29 12:00:00", ["2027-04-29 22:15", "2027-04-30 21:15"]),
        ("15 23 * * *", "Africa/Cairo", "2027-10-28 12:00:00", ["2027-10-28 21:15", "2027-10-29 21:15"]),
    ]

    @Test("a table of ticks")
    func table() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect()
            for (schedule, zone, after, ticks) in Self.cases {
                let rows = try await connection.query(
                    """
                    with recursive t (n, at) as (
                        select 1, cronmill.next_tick(\(schedule), \(zone), \(after)::timestamp at time zone 'UTC')
                        union all
                        select t.n + 1, cronmill.next_tick(\(schedule), \(zone), t.at) from t where t.n < \(ticks.count)
                    )
                    select to_char(t.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as tick from t order by t.n
                    """
                )
                let found = rows.map { $0["tick"] ?? "-" }
                #expect(
                    zip(found, ticks).allSatisfy { $0.hasSuffix($1) } && found.count == ticks.count,
                    "\(schedule) in \(zone) after \(after): \(found), not \(ticks)"
                )
            }
            await connection.close()
        }
    }

    @Test(
        "over a year of clock changes each fixed time comes once a day, in order, and nothing else comes",
        arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
    )
    func walk(zone: String) async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect()
            let schedules: [(schedule: String, hours: String, minutes: String)] = [
                ("30 2 * * *", "2", "30"), ("*/15 0-3,23 * * *", "0, 1, 2, 3, 23", "0, 15, 30, 45"),
                ("5,50 1,2 * * *", "1, 2", "5, 50"),
            ]
            for (schedule, hours, minutes) in schedules {
                let row = try await connection.query(
                    """
                    with recursive wanted as materialized (
                        select distinct l at time zone \(zone) as at
                        from generate_series('2027-03-01'::timestamp, '2027-12-01', '5 minutes') as l
                        where extract(hour from l) in (\(unsafeRaw: hours))
                            and extract(minute from l) in (\(unsafeRaw: minutes))
                    ),
                    step as (select at, lag(at) over (order by at) as before from wanted)
                    select count(*) as steps,
                        count(*) filter (where cronmill.next_tick(\(schedule), \(zone), before) is distinct from at
                            or cronmill.next_tick(\(schedule), \(zone), at - interval '1 second') is distinct from at)
                            as wrong
                    from step where before is not null
                    """
                )
                #expect(try row[0].get("steps", as: Int.self) > 250)
                #expect(try row[0].get("wrong", as: Int.self) == 0, "\(schedule) in \(zone)")
            }
            await connection.close()
        }
    }

    /// What is due of a template with its first tick at 12:00, at a moment, and which tick is next.
    private static func due(
        _ fixture: Fixture,
        _ schedule: String,
        catchUp: String,
        within: String = "1 day",
        at moment: String,
        most: Int = 1000
    ) async throws -> String {
        try await fixture.rows(
            """
            select concat_ws(
                '|', cardinality(d.ticks), coalesce(to_char(d.ticks[1] at time zone 'UTC', 'DD HH24:MI'), '-'),
                coalesce(to_char(d.ticks[cardinality(d.ticks)] at time zone 'UTC', 'DD HH24:MI'), '-'),
                to_char(d.next_at at time zone 'UTC', 'DD HH24:MI'))
            from cronmill.due_ticks(
                jsonb_populate_record(null::cronmill.recurring, jsonb_build_object(
                    'schedule', \(schedule)::text, 'zone', 'UTC', 'catch_up', \(catchUp)::text,
                    'catch_up_within', \(within)::text, 'next_at', '2027-01-01 12:00+00')),
                \(moment)::timestamptz, \(most)) as d
            """
        )[0]
    }

    @Test("of 78 minutes without a run none, one, or all ticks are made up for, as far back as is said")
    func catchingUp() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            let minute = "* * * * *"
            let after = "2027-01-01 13:17:45+00"
            #expect(try await Self.due(fixture, minute, catchUp: "skip", at: after) == "0|-|-|01 13:18")
            #expect(try await Self.due(fixture, minute, catchUp: "one", at: after) == "1|01 13:17|01 13:17|01 13:18")
            #expect(try await Self.due(fixture, minute, catchUp: "all", at: after) == "78|01 12:00|01 13:17|01 13:18")
            #expect(
                try await Self.due(fixture, minute, catchUp: "all", within: "10 minutes", at: after)
                    == "10|01 13:08|01 13:17|01 13:18"
            )
            #expect(
                try await Self.due(fixture, minute, catchUp: "all", at: after, most: 50)
                    == "50|01 12:00|01 12:49|01 12:50"
            )
            // In time.
            for catchUp in ["skip", "one", "all"] {
                let noon = "2027-01-01 12:00:29+00"
                #expect(
                    try await Self.due(fixture, minute, catchUp: catchUp, at: noon) == "1|01 12:00|01 12:00|01 12:01"
                )
                #expect(
                    try await Self.due(fixture, "0 12 * * *", catchUp: catchUp, at: "2027-01-01 12:01:59+00")
                        == "1|01 12:00|01 12:00|02 12:00"
                )
            }
            #expect(
                try await Self.due(fixture, "0 12 * * *", catchUp: "skip", at: "2027-01-01 12:02:01+00")
                    == "0|-|-|02 12:00"
            )
            #expect(
                try await Self.due(
                    fixture,
                    "0 12 * * *",
                    catchUp: "one",
                    within: "1 hour",
                    at: "2027-01-01 13:00:01+00"
                )
                    == "0|-|-|02 12:00"
            )
            // After ten years it takes no longer.
            let start = ContinuousClock.now
            #expect(
                try await Self.due(fixture, "7 3 * * *", catchUp: "one", at: "2037-01-01 12:00:00+00")
                    == "1|01 03:07|01 03:07|02 03:07"
            )
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }
}

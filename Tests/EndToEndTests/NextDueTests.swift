import Postgres
import Testing

/// When a schedule comes next and came last, which the registry works out for itself: pg_cron tells nobody.
@Suite("Next due", .timeLimit(.minutes(60)))
struct NextDueTests {
    /// What comes first after Thursday, 26 November 2026, 03:40:12, in UTC and with either day enough.
    static let cases: [(schedule: String, due: String)] = [
        ("* * * * *", "2026-11-26 03:41:00"),
        ("*/5 * * * *", "2026-11-26 03:45:00"),
        ("40 3 * * *", "2026-11-27 03:40:00"),
        ("10-20/5,55 * * * *", "2026-11-26 03:55:00"),
        ("0 */6 * * *", "2026-11-26 06:00:00"),
        ("0 0 1 1 *", "2027-01-01 00:00:00"),
        ("00000 0 1 1 *", "2027-01-01 00:00:00"),
        ("000000000 0 1-000000001 1 *", "2027-01-01 00:00:00"),
        ("@hourly", "2026-11-26 04:00:00"),
        ("@daily", "2026-11-27 00:00:00"),
        ("@midnight", "2026-11-27 00:00:00"),
        ("@weekly", "2026-11-29 00:00:00"),
        ("@monthly", "2026-12-01 00:00:00"),
        ("0 0 * * sun", "2026-11-29 00:00:00"),
        ("0 0 * * 7", "2026-11-29 00:00:00"),
        ("0 0 * * */7", "2026-11-29 00:00:00"),
        ("0 0 * * Mon-Fri", "2026-11-27 00:00:00"),
        ("0 0 * JAN,feb tue", "2027-01-05 00:00:00"),
        // A day of the month or a day of the week: one is enough.
        ("0 0 13 * fri", "2026-11-27 00:00:00"),
        ("0 0 31 2 mon", "2027-02-01 00:00:00"),
        // A field that begins with an asterisk restricts nothing by itself, but both must be right then.
        ("0 0 */2 * fri", "2026-11-27 00:00:00"),
        ("0 0 */11 * fri", "2027-01-01 00:00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 29 2 */7", "2032-02-29 00:00:00"),
        ("0 12 $ * *", "2026-11-30 12:00:00"),
        ("0 12 $ 2 *", "2027-02-28 12:00:00"),
        ("0 12 $ 2 mon", "2027-02-01 12:00:00"),
        ("30 seconds", "2026-11-26 03:40:42"),
        (" 1  Second", "2026-11-26 03:40:13"),
        // pg_cron reads five fields.
        ("5 4 * * * foo", "2026-11-26 04:05:00"),
        ("0 0 31 2 *", "-"),
        ("0 0 30-31 feb *", "-"),
        ("@reboot", "-"),
        ("@yearly", "-"),
        ("60 seconds", "-"),
        ("60 * * * *", "-"),
        ("0 0 0 * *", "-"),
        ("5/10 * * * *", "-"),
        ("*/0 * * * *", "-"),
        ("22-6 * * * *", "-"),
        ("1,,2 * * * *", "-"),
        ("sun * * * *", "-"),
        ("* * * *", "-"),
        ("", "-"),
    ]

    @Test("a table of schedules")
    func table() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect("postgres")
            for (schedule, due) in Self.cases {
                let row = try await connection.query(
                    """
                    select to_char(cronmill_cron.next_due(\(schedule), '2026-11-26 03:40:12+00', 'UTC', false)
                        at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as due
                    """
                )
                #expect(row[0]["due"] ?? "-" == due, "\(schedule)")
            }
            let friday = try await connection.query(
                """
                select to_char(cronmill_cron.next_due('0 0 13 * fri', '2026-11-26 03:40:12+00', 'UTC', true)
                    at time zone 'UTC', 'YYYY-MM-DD') as due
                """
            )
            #expect(friday[0]["due"] == "2027-08-13", "the next Friday the 13th")
            await connection.close()
        }
    }

    /// Schedules, each with what a minute of the clock on the wall has to be, in SQL: `c` is the clock.
    static let conditions: [(schedule: String, condition: String)] = [
        ("30 2 * * *", "extract(hour from c) = 2 and extract(minute from c) = 30"),
        ("15 1 * * *", "extract(hour from c) = 1 and extract(minute from c) = 15"),
        ("0 0 * * *", "extract(hour from c) = 0 and extract(minute from c) = 0"),
        ("*/20 23,0-3 * * *", "extract(hour from c) in (23, 0, 1, 2, 3) and extract(minute from c) in (0, 20, 40)"),
        ("45 * * * sun", "extract(dow from c) = 0 and extract(minute from c) = 45"),
        // Beside the days on which clocks change: who goes over such a day in one step comes out an hour off.
        (
            "10 0,23 * * mon,sat",
            "extract(dow from c) in (1, 6) and extract(hour from c) in (0, 23) and extract(minute from c) = 10"
        ),
        (
            "5 2 1-7 * sat",
            """
            extract(hour from c) = 2 and extract(minute from c) = 5
                and (extract(day from c) <= 7 or extract(dow from c) = 6)
            """
        ),
        (
            "0 0 $ 3,10 *",
            """
            extract(hour from c) = 0 and extract(minute from c) = 0 and extract(month from c) in (3, 10)
                and extract(month from c + interval '1 day') <> extract(month from c)
            """
        ),
    ]

    /// Zones whose clocks change at night, at midnight, by half an hour, and never.
    @Test(
        "where clocks change, each start is that of a walk over all minutes",
        arguments: ["Europe/Berlin", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"]
    )
    func clockChanges(zone: String) async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect("postgres")
            for (schedule, condition) in Self.conditions {
                // The walk ends at its last start: what follows that is beyond it.
                let wrong = try await connection.query(
                    """
                    with walk (due) as materialized (
                        select m
                        from generate_series('2027-03-01 00:00+00'::timestamptz, '2027-12-01 00:00+00', '1 minute') as m
                        cross join lateral (select m at time zone \(zone)) as w (c)
                        where \(unsafeRaw: condition)
                    ),
                    step as (select due, lag(due) over (order by due) as before from walk)
                    select count(*) filter (where before is not null) as steps,
                        count(*) filter (where before is not null
                            and (cronmill_cron.next_due(\(schedule), before, \(zone), false),
                                    cronmill_cron.last_due(\(schedule), due, \(zone), false),
                                    cronmill_cron.last_due(\(schedule), due - interval '1 second', \(zone), false))
                                is distinct from (due, due, before)) as wrong
                    from step
                    """
                )
                #expect(try wrong[0].get("steps", as: Int.self) > 0, "\(schedule)")
                #expect(try wrong[0].get("wrong", as: Int.self) == 0, "\(schedule) in \(zone)")
            }
            await connection.close()
        }
    }
}

import Cronmill
import Testing

@Suite("Schedules")
struct ScheduleTests {
    @Test(
        "what pg_cron understands is accepted as it stands",
        arguments: [
            "* * * * *", "*/5 * * * *", "0 3 * * *", "59 23 31 12 7", "00 05 * * *", "0,15,30,45 9-17 * * mon-fri",
            "0-59/60 */24 */31 */12 */7", "10-20/11 * * * *", "0 12 $ * *", "0 0 1-7 JAN-Mar,dec sun,SAT",
        ]
    )
    func acceptsFields(text: String) throws {
        #expect(try Schedule(text).text == text)
    }

    @Test(
        "white space, seconds and words are brought to one form",
        arguments: [
            ("  */5\t* *  * * ", "*/5 * * * *"), ("1 second", "1 seconds"), ("59 Seconds", "59 seconds"),
            ("30seconds", "30 seconds"), ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"),
            ("@weekly", "0 0 * * 0"), ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
        ]
    )
    func normalises(text: String, normalised: String) throws {
        #expect(try Schedule(text).description == normalised)
    }

    static let forms = "Use five cron fields (e.g. */5 * * * *) or an interval from \"1 seconds\" to \"59 seconds\"."

    static let refused: [(String, String)] = [
        ("", "schedule is empty\nhint: \(forms)"),
        (" \t", "schedule is empty\nhint: \(forms)"),
        ("* * * * *\n", "schedule may not contain a line break\nhint: \(forms)"),
        ("* * * * *\r\n", "schedule may not contain a line break\nhint: \(forms)"),
        ("* * * *", "schedule \"* * * *\" has 4 fields, not 5\nhint: \(forms)"),
        ("hourly", "schedule \"hourly\" has 1 field, not 5\nhint: \(forms)"),
        (
            "*/30 * * * * *",
            """
            schedule "*/30 * * * * *" has 6 fields, not 5
            detail: pg_cron ignores all after the fifth: */30 * * * * * would run every 30 minutes.
            hint: For every 30 seconds: "30 seconds".
            """
        ),
        (
            "* * * * * *",
            """
            schedule "* * * * * *" has 6 fields, not 5
            detail: pg_cron ignores all after the fifth: * * * * * * would run every minute.
            hint: For every second: "1 seconds".
            """
        ),
        (
            "0 3 * * * foo",
            """
            schedule "0 3 * * * foo" has 6 fields, not 5
            detail: pg_cron ignores all after the fifth: 0 3 * * * foo would run as "0 3 * * *".
            hint: \(forms)
            """
        ),
        (
            "60 seconds",
            """
            schedule "60 seconds" is not from 1 to 59 seconds
            hint: For every minute: "* * * * *".
            """
        ),
        (
            "90 seconds",
            """
            schedule "90 seconds" is not from 1 to 59 seconds
            hint: The nearest: --every 1m ("* * * * *") or --every 2m ("*/2 * * * *").
            """
        ),
        (
            "300 seconds",
            """
            schedule "300 seconds" is not from 1 to 59 seconds
            hint: The nearest: --every 5m ("*/5 * * * *").
            """
        ),
        ("0 seconds", "schedule \"0 seconds\" is not from 1 to 59 seconds\nhint: \(forms)"),
        ("5s", "schedule \"5s\" is not one pg_cron knows\nhint: For an interval: --every 5s."),
        ("5 sec", "schedule \"5 sec\" is not one pg_cron knows\nhint: For an interval: --every 5s."),
        ("1 minute", "schedule \"1 minute\" is not one pg_cron knows\nhint: For an interval: --every 1m."),
        ("@every 5m", "schedule \"@every 5m\" is not one pg_cron knows\nhint: For an interval: --every 5m."),
        ("5 seconds ago", "schedule \"5 seconds ago\" has 3 fields, not 5\nhint: \(forms)"),
        (
            "@reboot",
            "schedule \"@reboot\" runs once, when the server starts, and never again\nhint: \(forms)"
        ),
        (
            "@Hourly",
            """
            schedule "@Hourly" is not one pg_cron knows
            hint: Use @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually, or five cron fields.
            """
        ),
        ("60 * * * *", "minute \"60\" in schedule \"60 * * * *\" is not from 0 to 59"),
        ("* 24 * * *", "hour \"24\" in schedule \"* 24 * * *\" is not from 0 to 23"),
        ("* * 0 * *", "day of month \"0\" in schedule \"* * 0 * *\" is not from 1 to 31"),
        ("* * * 13 *", "month \"13\" in schedule \"* * * 13 *\" is not from 1 to 12"),
        ("* * * * 8", "weekday \"8\" in schedule \"* * * * 8\" is not from 0 to 7"),
        (
            "99999999999999999999 * * * *",
            "minute \"99999999999999999999\" in schedule \"99999999999999999999 * * * *\" is not from 0 to 59"
        ),
        ("1,,2 * * * *", "minute field \"1,,2\" in schedule \"1,,2 * * * *\" has an empty list item"),
        (
            "*/90 * * * *",
            """
            step in minute "*/90" in schedule "*/90 * * * *" is longer than what it steps through
            detail: pg_cron would misread it: of "*/90" only minute 0 would be left.
            hint: The nearest: --every 1h ("0 * * * *") or --every 2h ("0 */2 * * *").
            """
        ),
        (
            "10-20/30 * * * *",
            """
            step in minute "10-20/30" in schedule "10-20/30 * * * *" is longer than what it steps through
            detail: pg_cron would misread it: of "10-20/30" only minute 10 would be left.
            """
        ),
        ("*/0 * * * *", "step in minute \"*/0\" in schedule \"*/0 * * * *\" is not a number from 1"),
        (
            "1/20 * * * *",
            """
            step in minute "1/20" in schedule "1/20 * * * *" has no range
            hint: Write 1-59/20.
            """
        ),
        (
            "0 22-6 * * *",
            """
            hour range "22-6" in schedule "0 22-6 * * *" runs backwards
            hint: Write 22-23,0-6.
            """
        ),
        (
            "0 0 * * fri-sun",
            """
            weekday range "fri-sun" in schedule "0 0 * * fri-sun" runs backwards
            hint: Write 5-7.
            """
        ),
        (
            "*x * * * *",
            """
            minute "*x" in schedule "*x * * * *" is not understood
            hint: Use *, numbers from 0 to 59; lists (1,2), ranges (1-5), steps (*/2, 1-5/2).
            """
        ),
        (
            "0 12 L * *",
            """
            day of month "L" in schedule "0 12 L * *" is not understood
            hint: Use *, numbers from 1 to 31, or $ alone for the last day; lists (1,2), ranges (1-5), steps (*/2, 1-5/2).
            """
        ),
        (
            "0 12 * * mon#2",
            """
            weekday "mon#2" in schedule "0 12 * * mon#2" is not understood
            hint: Use *, numbers from 0 to 7 or sun to sat; lists (1,2), ranges (1-5), steps (*/2, 1-5/2).
            """
        ),
        (
            "*\u{a0}* * * * *",
            """
            minute "*\u{a0}*" in schedule "*\u{a0}* * * * *" is not understood
            hint: Use *, numbers from 0 to 59; lists (1,2), ranges (1-5), steps (*/2, 1-5/2).
            """
        ),
    ]

    @Test("what pg_cron refuses or misreads is refused, with what to write", arguments: refused)
    func refuses(text: String, description: String) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(text) }
        #expect(error?.description == description)
    }

    @Test("a schedule longer than pg_cron's buffer is refused")
    func refusesLong() {
        let minutes = Array(repeating: "10", count: 400).joined(separator: ",")
        let error = #expect(throws: ScheduleError.self) { try Schedule("\(minutes) * * * *") }
        #expect(error?.description == "schedule is longer than the 999 bytes pg_cron reads")
    }

    @Test(
        "an interval becomes the schedule that says it exactly",
        arguments: [
            (1, "1 seconds"), (59, "59 seconds"), (60, "* * * * *"), (300, "*/5 * * * *"), (1800, "*/30 * * * *"),
            (3600, "0 * * * *"), (7200, "0 */2 * * *"), (43_200, "0 */12 * * *"), (86_400, "0 0 * * *"),
            (604_800, "0 0 * * 0"),
        ]
    )
    func everyInterval(seconds: Int, text: String) throws {
        let schedule = try Schedule(every: .seconds(seconds))
        #expect(schedule.text == text)
        #expect(try Schedule(text) == schedule)
    }

    @Test(
        "an interval that no schedule says is refused with the nearest",
        arguments: [
            ("7m", "--every 6m (\"*/6 * * * *\") or --every 10m (\"*/10 * * * *\")"),
            ("90s", "--every 1m (\"* * * * *\") or --every 2m (\"*/2 * * * *\")"),
            ("1.5s", "--every 1s (\"1 seconds\") or --every 2s (\"2 seconds\")"),
            ("5h", "--every 4h (\"0 */4 * * *\") or --every 6h (\"0 */6 * * *\")"),
            ("36h", "--every 1d (\"0 0 * * *\") or --every 7d (\"0 0 * * 0\")"),
            ("2d", "--every 1d (\"0 0 * * *\") or --every 7d (\"0 0 * * 0\")"),
            ("30d", "--every 7d (\"0 0 * * 0\")"),
        ]
    )
    func refusesInterval(text: String, nearest: String) throws {
        let interval = try Duration(userText: text)
        let error = #expect(throws: ScheduleError.self) { try Schedule(every: interval) }
        #expect(error?.message == "no cron line says \"every \(interval.roundTripText)\" exactly")
        #expect(error?.hint == "The nearest: \(nearest).")
    }

    @Test("an interval under a second is refused")
    func refusesShortInterval() {
        let error = #expect(throws: ScheduleError.self) { try Schedule(every: .milliseconds(500)) }
        #expect(
            error?.description
                == """
                interval 500ms is shorter than 1s, the shortest that pg_cron has
                hint: Use --every 1s or longer.
                """
        )
    }

    @Test("only every minute and seconds have an interval, and linger to the tick")
    func knowsItsInterval() throws {
        let schedules = try ["* * * * *", "30 seconds", "*/1 * * * *", "@hourly", "0 0 $ * *"].map { try Schedule($0) }
        #expect(schedules.map(\.interval) == [.seconds(60), .seconds(30), nil, nil, nil])
        #expect(schedules.map(\.defaultLingerIsTick) == [true, true, false, false, false])
        #expect(schedules.map(\.usesSeconds) == [false, true, false, false, false])
        #expect(schedules.map(\.usesLastDayOfMonth) == [false, false, false, false, true])
    }
}

import Cronmill
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "seconds as a number have microseconds and no more",
        arguments: [
            (Duration.microseconds(289_216), 0.289216), (.nanoseconds(289_216_400), 0.289216), (.seconds(3600), 3600),
            (.seconds(-1.5), -1.5), (.seconds(86_400) + .microseconds(1), 86400.000001),
        ]
    )
    func inSeconds(duration: Duration, seconds: Double) {
        #expect(duration.inSeconds == seconds)
    }

    @Test(
        "durations are read as users type them",
        arguments: [
            ("0", .zero), ("0s", .zero), ("90", .seconds(90)), ("1.5", .milliseconds(1500)), ("30m", .seconds(1800)),
            ("1h30m", .seconds(5400)), (" 1h  30m ", .seconds(5400)), ("90s", .seconds(90)),
            ("500ms", .milliseconds(500)),
            ("2d", .seconds(172_800)), ("1d2h3m4s5ms", .milliseconds(93_784_005)), ("0.000001s", .microseconds(1)),
            ("007", .seconds(7)), ("106751991d", .seconds(106_751_991 * 86_400)),
        ] as [(String, Duration)]
    )
    func reads(text: String, duration: Duration) throws {
        #expect(try Duration(userText: text) == duration)
    }

    static let form = "\nhint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds."

    @Test(
        "anything else is refused",
        arguments: [
            ("", "duration is empty\(form)"),
            ("-5s", "duration \"-5s\" is negative"),
            ("5 s", "duration \"5 s\" is not understood\(form)"),
            ("5x", "duration \"5x\" is not understood\(form)"),
            ("1h 30", "duration \"1h 30\" is not understood\(form)"),
            ("h", "duration \"h\" is not understood\(form)"),
            ("5M", "duration \"5M\" is not understood\(form)"),
            ("٥s", "duration \"٥s\" is not understood\(form)"),
            ("1\u{a0}h", "duration \"1\u{a0}h\" is not understood\(form)"),
            ("1m1h", "duration \"1m1h\" has its units out of order or twice\nhint: The order is d, h, m, s, ms."),
            ("1s1s", "duration \"1s1s\" has its units out of order or twice\nhint: The order is d, h, m, s, ms."),
            ("1.5h", "duration \"1.5h\" has decimals, which only seconds may have\(form)"),
            (".5", "number \".5\" in duration \".5\" is not understood"),
            ("1.s", "number \"1.\" in duration \"1.s\" is not understood"),
            ("1.2.3", "number \"1.2.3\" in duration \"1.2.3\" is not understood"),
            ("106751992d", "duration \"106751992d\" is longer than a PostgreSQL interval can be"),
            (
                "99999999999999999999s",
                "duration \"99999999999999999999s\" is longer than a PostgreSQL interval can be"
            ),
            ("9223372036854775807d", "duration \"9223372036854775807d\" is longer than a PostgreSQL interval can be"),
        ]
    )
    func refuses(text: String, description: String) {
        let error = #expect(throws: DurationError.self) { try Duration(userText: text) }
        #expect(error?.description == description)
    }

    @Test(
        "people read the two most significant units",
        arguments: [
            (.zero, "0 s"), (.microseconds(999), "<1 ms"), (.milliseconds(12), "12 ms"), (.milliseconds(120), "0.12 s"),
            (.milliseconds(500), "0.5 s"), (.milliseconds(999), "0.99 s"), (.seconds(1), "1 s"),
            (.milliseconds(1550), "1.5 s"), (.milliseconds(59_999), "59 s"), (.seconds(60), "1m"),
            (.seconds(185), "3m 05s"),
            (.seconds(5400), "1h 30m"), (.seconds(86_399), "23h 59m"), (.seconds(187_200), "2d 04h"),
            (.seconds(999 * 86_400 + 82_800), "999d 23h"), (.seconds(1000 * 86_400 + 82_800), "1000d"),
            (.microseconds(Int64.max), "292271 y"), (.seconds(-185), "-3m 05s"),
        ] as [(Duration, String)]
    )
    func shortText(duration: Duration, text: String) {
        #expect(duration.shortText == text)
    }

    @Test(
        "the exact text reads back as the same duration",
        arguments: [
            (.zero, "0"), (.seconds(5400), "1h30m"), (.milliseconds(500), "500ms"), (.milliseconds(60_005), "1m5ms"),
            (.milliseconds(1500), "1.5s"), (.microseconds(1), "0.000001s"), (.seconds(90), "1m30s"),
            (.seconds(172_800), "2d"),
            (Duration(secondsComponent: 0, attosecondsComponent: 1), "0.000000000000000001s"),
            (.microseconds(Int64.max), "106751991d4h54.775807s"),
        ] as [(Duration, String)]
    )
    func roundTrip(duration: Duration, text: String) throws {
        #expect(duration.roundTripText == text)
        #expect(try Duration(userText: text) == duration)
    }
}

/// When pg_cron starts a job: a text that pg_cron accepts and that means there what it says.
///
/// pg_cron accepts more than it understands: it ignores everything after the fifth field, so `*/30 * * * * *` runs every
/// 30 minutes, and a step longer than its field leaves one value of it. Such texts are refused here.
///
/// ```swift
/// try Schedule("*/5 * * * mon-fri").text      // "*/5 * * * mon-fri"
/// try Schedule(every: .seconds(10)).text      // "10 seconds", from pg_cron 1.5
/// ```
///
/// The grammar is that of pg_cron's `entry.c` and of the intervals it has known since 1.5.
public struct Schedule: Sendable, Hashable, CustomStringConvertible {
    /// What is handed to pg_cron: single blanks between fields, `N seconds`, or the five fields that an `@` word stands for.
    public let text: String

    /// Reads a schedule as a user writes it.
    ///
    /// The words `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` become the five fields
    /// they stand for, because pg_cron's own reading of the words differs between versions (some set no month for
    /// `@yearly`, which then never runs).
    ///
    /// - Throws: `ScheduleError` if pg_cron would refuse the text, or would take it to mean something else.
    public init(_ text: String) throws(ScheduleError) {
        guard !text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else {
            throw ScheduleError("schedule may not contain a line break", hint: Self.forms)
        }
        // Only these two are blanks to pg_cron; any other white space is a character of a field, and refused there.
        let words = text.unicodeScalars.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard let first = words.first else {
            throw ScheduleError("schedule is empty", hint: Self.forms)
        }
        let normalised = words.joined(separator: " ")
        // `entry.c` reads into a buffer of 1000 bytes.
        guard normalised.utf8.count < 1000 else {
            throw ScheduleError("schedule is longer than the 999 bytes pg_cron reads")
        }
        if first.hasPrefix("@") {
            self.text = try Self.fields(forWord: normalised)
        } else if let seconds = try Self.seconds(in: normalised) {
            self.text = "\(seconds) seconds"
        } else {
            try Self.checkFields(words, of: normalised)
            self.text = normalised
        }
    }

    /// Finds the schedule that says an interval exactly.
    ///
    /// That is 1 to 59 seconds, the divisors of an hour in minutes, those of a day in hours, one day and seven days.
    /// Hours, days and weeks start at midnight in `cron.timezone`, weeks on Sunday.
    ///
    /// - Throws: `ScheduleError` for any other interval, with the nearest that can be said.
    public init(every interval: Duration) throws(ScheduleError) {
        guard let seconds = interval.wholeSeconds, let text = Self.text(everySeconds: seconds) else {
            throw Self.noExactSchedule(every: interval)
        }
        self.text = text
    }

    /// Whether this is an interval in seconds, which pg_cron knows from 1.5.0.
    public var usesSeconds: Bool { text.hasSuffix(" seconds") }

    /// Whether this asks for the last day of the month (`$`), which pg_cron knows from 1.6.0.
    public var usesLastDayOfMonth: Bool { text.utf8.contains(UInt8(ascii: "$")) }

    /// Whether a run lingers to the next tick unless its processor says otherwise.
    ///
    /// Only `* * * * *` and intervals in seconds: with `0 3 * * *` a run would hold its slot for a day.
    public var defaultLingerIsTick: Bool { interval != nil }

    /// The time between two starts where it is the same all year: 60 s for `* * * * *`, N s for `N seconds`, else nil.
    public var interval: Duration? {
        if text == "* * * * *" { return .seconds(60) }
        guard usesSeconds, let seconds = Int(text.prefix { $0 != " " }) else { return nil }
        return .seconds(seconds)
    }

    /// The text that is handed to pg_cron.
    public var description: String { text }

    static let forms = "Use five cron fields (e.g. */5 * * * *) or an interval from \"1 seconds\" to \"59 seconds\"."
}

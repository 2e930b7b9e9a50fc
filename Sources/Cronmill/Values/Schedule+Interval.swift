extension Schedule {
    /// Every interval that a schedule says exactly, in seconds, ascending.
    private static let exactIntervals: [Int64] =
        (1...59).map { $0 }
        + [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map { $0 * 60 }
        + [1, 2, 3, 4, 6, 8, 12, 24, 7 * 24].map { $0 * 3600 }

    /// The schedule of an interval of `seconds`, or nil where none says it exactly.
    static func text(everySeconds seconds: Int64) -> String? {
        guard exactIntervals.contains(seconds) else { return nil }
        return switch seconds {
        case ..<60: "\(seconds) seconds"
        case 60: "* * * * *"
        case ..<3600: "*/\(seconds / 60) * * * *"
        case 3600: "0 * * * *"
        case ..<86_400: "0 */\(seconds / 3600) * * *"
        case 86_400: "0 0 * * *"
        default: "0 0 * * 0"
        }
    }

    static func noExactSchedule(every interval: Duration) -> ScheduleError {
        guard interval >= .seconds(1) else {
            return ScheduleError(
                "interval \(interval.roundTripText) is shorter than 1s, the shortest that pg_cron has",
                hint: "Use --every 1s or longer."
            )
        }
        return ScheduleError(
            "no cron line says \"every \(interval.roundTripText)\" exactly",
            hint: nearest(to: interval)
        )
    }

    /// What to write for an interval that has no schedule of its own.
    static func nearest(to interval: Duration) -> String {
        let below = exactIntervals.last { Duration.seconds($0) <= interval }
        let above = exactIntervals.first { Duration.seconds($0) >= interval }
        let suggestions = (below == above ? [below] : [below, above]).compactMap { $0 }.compactMap { seconds in
            text(everySeconds: seconds).map { "--every \(Duration.seconds(seconds).roundTripText) (\"\($0)\")" }
        }
        return "The nearest: \(suggestions.joined(separator: " or "))."
    }

    /// The number in `N seconds` or `N second`, or nil if the text is not of that form.
    ///
    /// As in pg_cron, case does not matter, nor does the blank.
    static func seconds(in text: String) throws(ScheduleError) -> Int64? {
        guard let (number, unit) = split(text), unit == "second" || unit == "seconds" else { return nil }
        if (1...59).contains(number) { return number }
        let asMinute = number == 60 ? "For every minute: \"* * * * *\"." : nil
        throw ScheduleError(
            "schedule \"\(text)\" is not from 1 to 59 seconds",
            hint: asMinute ?? (number == 0 ? forms : nearest(to: .seconds(number)))
        )
    }

    /// The hint for a text that means an interval but is none to pg_cron: `5s`, `1 minute`, `@every 5m`.
    static func intervalHint(for text: String) -> String? {
        let prefix = "@every "
        let interval = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        guard let (number, unit) = split(interval) else { return nil }
        let symbol: String? =
            switch unit {
            case "s", "sec", "secs", "second", "seconds": "s"
            case "m", "min", "mins", "minute", "minutes": "m"
            case "h", "hour", "hours": "h"
            case "d", "day", "days": "d"
            default: nil
            }
        return symbol.map { "For an interval: --every \(number)\($0)." }
    }

    /// The number and the lower-case word of a text like `30 Seconds`.
    private static func split(_ text: String) -> (number: Int64, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        let rest = text.dropFirst(digits.count)
        return (number, (rest.first == " " ? rest.dropFirst() : rest).lowercased())
    }
}

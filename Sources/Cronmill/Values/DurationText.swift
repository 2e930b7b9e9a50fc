/// Durations as users type and read them.
extension Duration {
    /// Reads a duration: `30m`, `1h30m`, `1h 30m`, `90s`, `1.5s`, `500ms`, `2d`; a bare number is seconds.
    ///
    /// Units come in the order d, h, m, s, ms, each at most once; only seconds may have decimals.
    ///
    /// - Throws: `DurationError` for anything else, and for more than a PostgreSQL interval holds (292,271 years).
    public init(userText text: String) throws(DurationError) {
        let form = "Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds."
        var rest = text[...].drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        guard !rest.isEmpty else { throw DurationError("duration is empty", hint: form) }
        guard !rest.hasPrefix("-") else { throw DurationError("duration \"\(text)\" is negative") }

        if rest.allSatisfy({ $0.isDigit || $0 == "." }) { rest += "s" }
        let tooLong = DurationError("duration \"\(text)\" is longer than a PostgreSQL interval can be")
        var total = Duration.zero
        var lastUnit = -1
        while !rest.isEmpty {
            let number = rest.prefix { $0.isDigit || $0 == "." }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !$0.isDigit && $0 != "." && $0 != " " }
            rest = rest.dropFirst(name.count).drop { $0 == " " }
            guard !number.isEmpty, let unit = Self.units.firstIndex(where: { $0.name == name }) else {
                throw DurationError("duration \"\(text)\" is not understood", hint: form)
            }
            guard unit > lastUnit else {
                throw DurationError(
                    "duration \"\(text)\" has its units out of order or twice",
                    hint: "The order is d, h, m, s, ms."
                )
            }
            lastUnit = unit
            guard !number.contains(".") || name == "s" else {
                throw DurationError("duration \"\(text)\" has decimals, which only seconds may have", hint: form)
            }
            guard let part = try Self.part(number, of: Self.units[unit].length, in: text) else { throw tooLong }
            total += part
            guard total <= .longestInterval else { throw tooLong }
        }
        self = total
    }

    /// The two most significant units, for people: `1h 30m`, `3m 05s`, `2d 04h`, `45 s`, `0.5 s`, `12 ms`.
    ///
    /// Cut off, not rounded, so that it never says more time than there was. At most 8 characters, and a minus sign.
    public var shortText: String {
        guard self >= .zero else { return "-" + (.zero - self).shortText }
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        switch seconds {
        case 0 where attoseconds == 0: return "0 s"
        case 0 where milliseconds == 0: return "<1 ms"
        case 0 where milliseconds < 100: return "\(milliseconds) ms"
        case 0: return "0." + Self.decimals(milliseconds / 10, places: 2) + " s"
        case ..<10 where milliseconds >= 100: return "\(seconds).\(milliseconds / 100) s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return Self.pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return Self.pair(seconds / 3600, "h", seconds % 3600 / 60, "m")
        case ..<(1000 * 86_400): return Self.pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        case ..<(10_000 * 86_400): return "\(seconds / 86_400)d"
        default: return "\(seconds / 31_557_600) y"
        }
    }

    /// This duration or little more: `shortText` of it is whole, and so no less than this. A millisecond at least.
    var roundedUp: Duration {
        let step: Duration =
            switch self {
            case ..<Duration.milliseconds(100): .milliseconds(1)
            case ..<Duration.seconds(1): .milliseconds(10)
            case ..<Duration.seconds(10): .milliseconds(100)
            case ..<Duration.seconds(3600): .seconds(1)
            case ..<Duration.seconds(86_400): .seconds(60)
            default: .seconds(3600)
            }
        return max(step * Int((self / step).rounded(.up)), .milliseconds(1))
    }

    /// A text that reads back as exactly this duration: `1h30m`, `500ms`, `1.5s`, `0`.
    ///
    /// Negative durations, which cannot be typed, begin with a minus sign.
    public var roundTripText: String {
        guard self >= .zero else { return "-" + (.zero - self).roundTripText }
        let (seconds, attoseconds) = components
        var text = ""
        for (value, unit) in [(seconds / 86_400, "d"), (seconds % 86_400 / 3600, "h"), (seconds % 3600 / 60, "m")]
        where value > 0 {
            text += "\(value)\(unit)"
        }
        let last = seconds % 60
        if attoseconds == 0 {
            if last > 0 { text += "\(last)s" }
        } else if last == 0, attoseconds.isMultiple(of: 1_000_000_000_000_000) {
            text += "\(attoseconds / 1_000_000_000_000_000)ms"
        } else {
            text += "\(last).\(Self.decimals(attoseconds, places: 18))s"
        }
        return text.isEmpty ? "0" : text
    }

    /// Seconds as a number, to the microsecond, as PostgreSQL keeps them.
    package var inSeconds: Double {
        let microseconds = (Double(components.attoseconds) / 1e12).rounded()
        return (Double(components.seconds) * 1e6 + microseconds) / 1e6
    }

    /// The duration in seconds, if it has no fraction of one.
    var wholeSeconds: Int64? { components.attoseconds == 0 ? components.seconds : nil }
}

extension Duration {
    private static let units: [(name: String, length: Duration)] = [
        ("d", .seconds(86_400)),
        ("h", .seconds(3600)),
        ("m", .seconds(60)),
        ("s", .seconds(1)),
        ("ms", .milliseconds(1)),
    ]

    /// An interval holds its time in microseconds, as a signed integer of 64 bits (PostgreSQL manual, section 8.5).
    private static let longestInterval = Duration.microseconds(Int64.max)

    /// `number` times `unit`, or nil if that is too long.
    private static func part(
        _ number: Substring,
        of unit: Duration,
        in text: String
    ) throws(DurationError) -> Duration? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count <= 2, !parts[0].isEmpty, parts.count == 1 || (1...18).contains(fraction.count) else {
            throw DurationError("number \"\(number)\" in duration \"\(text)\" is not understood")
        }
        guard let whole = Int64(parts[0]), Double(whole) * (unit / .seconds(1)) <= longestInterval / .seconds(1) else {
            return nil
        }
        let padded = fraction + String(repeating: "0", count: 18 - fraction.count)
        guard let attoseconds = Int64(padded) else { return nil }
        return unit * whole + Duration(secondsComponent: 0, attosecondsComponent: attoseconds)
    }

    /// Decimals with leading zeros and without trailing ones.
    private static func decimals(_ value: Int64, places: Int) -> String {
        let digits = String(value)
        var text = String(repeating: "0", count: places - digits.count) + digits
        while text.last == "0", text.count > 1 { text.removeLast() }
        return text
    }

    private static func pair(_ high: Int64, _ highUnit: String, _ low: Int64, _ lowUnit: String) -> String {
        low == 0 ? "\(high)\(highUnit)" : "\(high)\(highUnit) \(low < 10 ? "0" : "")\(low)\(lowUnit)"
    }
}

extension Character {
    fileprivate var isDigit: Bool { isASCII && isNumber }
}

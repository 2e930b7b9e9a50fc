internal import Cronmill
internal import struct FoundationEssentials.Date

extension Date {
    /// ISO 8601 in UTC with milliseconds, for programs.
    var iso8601: String {
        infinity ?? formatted(ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// PostgreSQL's word for a time that never comes or always was.
    private var infinity: String? {
        switch self {
        case .distantFuture: "infinity"
        case .distantPast: "-infinity"
        default: nil
        }
    }
}

internal import FoundationEssentials

extension Duration {
    /// Seconds as a number.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

extension Int {
    /// A count that is exact up to 100,000; `100,000+` beyond.
    var counted: String {
        self <= ProcessorStatus.exactUpTo ? grouped : "100,000+"
    }

    /// With separators: `12,345`.
    var grouped: String {
        var text = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

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

extension Int {
    /// A count that is exact up to 100,000; `100,000+` beyond.
    var counted: String {
        self <= ProcessorStatus.exactUpTo ? grouped : "100,000+"
    }
}

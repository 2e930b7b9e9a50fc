internal import FoundationEssentials

extension Date {
    /// ISO 8601 in UTC with milliseconds, for programs.
    package var iso8601: String {
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

internal import Glibc

/// How the process ends; over several databases the worst counts, in the order of `rank`.
enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case failed = 1
    case unreachable = 2
    case finding = 3
    case usage = 64
    case interrupted = 130
    case readerGone = 141

    private var rank: Int {
        switch self {
        case .done: 0
        case .finding: 1
        case .failed: 2
        case .unreachable: 3
        case .usage: 4
        case .readerGone: 5
        case .interrupted: 6
        }
    }

    /// The worse of two.
    static func worst(_ one: ExitStatus, _ other: ExitStatus) -> ExitStatus {
        one.rank >= other.rank ? one : other
    }

    func exit() -> Never {
        Glibc.exit(rawValue)
    }
}

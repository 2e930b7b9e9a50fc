/// Why standard output could not be written.
enum OutputError: Error, Hashable, CustomStringConvertible {
    /// Whoever read our output has stopped, as `head` does.
    case readerGone
    case failed(errno: Int32, reason: String)

    /// 141, what a shell shows for a program that SIGPIPE ended, without a word; 1 for a disk that is full and the like.
    var exitCode: Int32 {
        switch self {
        case .readerGone: 141
        case .failed: 1
        }
    }

    /// What to tell the user, nil where nothing is to be told.
    var message: String? {
        switch self {
        case .readerGone: nil
        case .failed(_, let reason): "could not write to standard output: \(reason)"
        }
    }

    var description: String { message ?? "nobody reads standard output any more" }
}

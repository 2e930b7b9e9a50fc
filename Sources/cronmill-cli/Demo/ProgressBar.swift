internal import Cronmill

/// How much is done, as one line.
struct ProgressBar: Sendable, Hashable {
    let done: Int
    let total: Int

    /// `[##########----------] 6,500 of 13,000 tasks done`
    var text: String {
        let width = 20
        let filled = total > 0 ? min(max(done, 0), total) * width / total : width
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        return "[\(bar)] \(done.counted) of \(total.counted) tasks done"
    }
}

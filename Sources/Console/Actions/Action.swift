/// What can be done from a page: what the command of the same name does.
enum Action: String, Sendable, CaseIterable {
    case pause, resume, redrive, cancel, purge, acknowledge

    /// What stands on the button.
    var verb: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// What has been done to what it was done to.
    var past: String {
        switch self {
        case .pause: "paused"
        case .resume: "resumed"
        case .redrive: "redriven"
        case .cancel: "canceled"
        case .purge: "deleted"
        case .acknowledge: "acknowledged"
        }
    }
}

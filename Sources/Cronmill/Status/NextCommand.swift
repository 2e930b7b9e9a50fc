extension ProcessorStatus {
    /// What to type about it: what repairs it, else what tells more.
    package var nextCommand: String {
        let (name, named) = (processor.shellWord, "--database \(database.shellWord)")
        let tasks = "cronmill tasks --queue \(queue.shellWord) \(named)"
        return switch verdict {
        case .failing:
            repair
                ?? (retrying > 0
                    ? "\(tasks) --state retrying"
                    : dead > 0 ? "\(tasks) --state dead" : "cronmill runs \(name) \(named)")
        case .overdue: "cronmill runs \(name) \(named)"
        case .behind: "cronmill stats \(name) \(named)"
        case .held: "cronmill graph list \(named)"
        case .interrupted: "cronmill enable \(name) \(named)"
        case .drifted: repair ?? "cronmill sync \(named)"
        case .unknown, .disabled, .paused, .waiting, .asleep, .ok, .idle: "cronmill status \(name) \(named)"
        }
    }

    /// The reason without that command, for where it stands beside.
    package var reasonAlone: String { reason.replacing(": \(nextCommand)", with: "") }
}

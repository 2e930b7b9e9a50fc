/// What a role can be given in a work database.
public enum RolePart: Sendable, Hashable {
    /// May enqueue to these queues.
    case producer(queues: [String])
    /// May enable, disable, pause, resume and configure processors, cancel and redrive tasks, and read as a monitor does.
    case `operator`
    /// May read the state of processors, tasks without their payloads, and runs.
    case monitor
    /// Handlers may run as it.
    case runAs

    /// The word for it on the command line.
    public var name: String {
        switch self {
        case .producer: "producer"
        case .operator: "operator"
        case .monitor: "monitor"
        case .runAs: "run-as"
        }
    }
}

extension RolePart {
    /// The command that gives it; without a database for all of them.
    func grantCommand(_ role: String, database: String?) -> String {
        var queues = ""
        if case .producer(let names) = self { queues = names.map { " --queue \($0.shellWord)" }.joined() }
        return
            "cronmill grant \(name) \(role.shellWord)\(queues) \(database.map { "--database \($0.shellWord)" } ?? "--all")"
    }
}

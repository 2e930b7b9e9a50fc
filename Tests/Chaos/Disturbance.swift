import Fuzzing

/// Something that is done to the server, or to a program that changes it, at a random moment.
public enum Disturbance: String, Sendable, CaseIterable {
    case backendKilled = "kill -9 of a slot's backend"
    case backendTerminated = "pg_terminate_backend of a slot"
    case backendCanceled = "pg_cancel_backend of a slot"
    case postmasterKilled = "kill -9 of the postmaster"
    case launcherTerminated = "pg_terminate_backend of pg_cron's launcher"
    case linkTerminated = "pg_terminate_backend of a link"
    case commandKilled = "kill -9 of a cronmill command"
    case statementTimeout = "statement_timeout of a run"
    case settingChanged = "change of a setting"

    /// Whether it ends a process by force.
    var isKill: Bool {
        switch self {
        case .backendKilled, .backendTerminated, .postmasterKilled, .launcherTerminated, .linkTerminated,
            .commandKilled:
            true
        case .backendCanceled, .statementTimeout, .settingChanged: false
        }
    }

    /// How often it comes in a schedule, compared with the others; 0 for those that other sessions do to themselves.
    private var weight: Int {
        switch self {
        case .backendKilled: 4
        case .backendTerminated: 8
        case .backendCanceled: 5
        case .postmasterKilled: 3
        case .launcherTerminated: 2
        case .linkTerminated: 3
        case .commandKilled: 5
        case .statementTimeout, .settingChanged: 0
        }
    }

    static func random(using generator: inout SeededGenerator) -> Disturbance {
        let bag = allCases.flatMap { Array(repeating: $0, count: $0.weight) }
        return bag[Int.random(in: bag.indices, using: &generator)]
    }
}

import Synchronization

/// Starts `cronmill` commands that change something and kills most of them half way.
final class CommandKiller: Sendable {
    private let fixture: ChaosFixture
    private let ledger: Ledger
    private let running = Mutex<[Task<Void, Never>]>([])

    init(fixture: ChaosFixture, ledger: Ledger) {
        self.fixture = fixture
        self.ledger = ledger
    }

    /// Starts one command, and does not wait for it.
    func start(_ choice: UInt64) {
        let task = Task { [self] in
            do {
                let program = ChaosProgram(fixture: fixture)
                let arguments = Self.arguments(choice)
                if try await program.kill(arguments, after: .milliseconds(Int(choice >> 8 % 700))) {
                    ledger.note(.commandKilled)
                }
            } catch {
                ledger.note(surprise: "cronmill: \(error)")
            }
        }
        running.withLock { $0.append(task) }
    }

    /// Waits for all of them.
    func wait() async {
        for task in running.withLock({ $0 }) { await task.value }
    }

    private static func arguments(_ choice: UInt64) -> [String] {
        let databases = ChaosFixture.databases.flatMap { ["--database", $0] }
        let extra = "extra \(choice >> 32 % 2)"
        let slots = String(1 + choice >> 40 % 2)
        return switch choice % 6 {
        case 0: ["enable", "--all"]
        case 1: ["sync", "--all"]
        case 2: ["disable", Workload.queues[Int(choice >> 32 % 3)].name, "--all", "--wait", "1s"]
        case 3: ["configure", Workload.slow.name, "--slots", slots] + databases
        case 4: ["remove", "--queue", extra, "--yes"] + databases
        default:
            ["setup", "--queue", extra, "--handler", "app.work", "--run-as", ChaosFixture.runner, "--slots", slots]
                + databases
        }
    }
}

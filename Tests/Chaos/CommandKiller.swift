import PrivateServer
import Subprocess
import Synchronization
import SystemPackage

/// Starts `cronmill` commands that change something and kills most of them half way.
final class CommandKiller: Sendable {
    private let place: ChaosPlace
    private let ledger: Ledger
    private let running = Mutex<[Task<Void, Never>]>([])

    init(place: ChaosPlace, ledger: Ledger) {
        self.place = place
        self.ledger = ledger
    }

    /// Starts one command, and does not wait for it.
    func start(_ choice: UInt64) {
        let task = Task { [self] in
            do {
                let program = ChaosProgram(place: place)
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
        let databases = ChaosPlace.databases.flatMap { ["--database", $0] }
        let extra = "extra \(choice >> 32 % 2)"
        let slots = String(1 + choice >> 40 % 2)
        return switch choice % 6 {
        case 0: ["enable", "--all"]
        case 1: ["sync", "--all"]
        case 2: ["disable", Workload.queues[Int(choice >> 32 % 3)].name, "--all", "--wait", "1s"]
        case 3: ["configure", Workload.slow.name, "--slots", slots] + databases
        case 4: ["remove", "--queue", extra, "--yes"] + databases
        default:
            ["setup", "--queue", extra, "--handler", "app.work", "--run-as", ChaosPlace.runner, "--slots", slots]
                + databases
        }
    }
}

/// The `cronmill` under test, against the server of a run.
struct ChaosProgram: Sendable {
    let place: ChaosPlace

    /// How a command ended that was not killed.
    struct Result: Sendable {
        let exitCode: Int
        let text: String
    }

    private var environment: Environment {
        .custom([
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
            "DB_HOST": place.server.socketDirectory, "DB_PORT": String(place.server.port),
            "DB_USER": place.server.superuser,
        ])
    }

    func run(_ arguments: [String]) async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(place.program)),
            arguments: Arguments(arguments),
            environment: environment,
            workingDirectory: "/",
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let text = result.standardOutput + result.standardError
        guard case .exited(let code) = result.terminationStatus else { return Result(exitCode: -1, text: text) }
        return Result(exitCode: Int(code), text: text)
    }

    /// Starts a command and kills it after a time; false if it has ended before.
    func kill(_ arguments: [String], after time: Duration) async throws -> Bool {
        let result = try await Subprocess.run(
            .path(FilePath(place.program)),
            arguments: Arguments(arguments),
            environment: environment,
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await Task.sleep(for: time)
            try execution.send(signal: .kill)
        }
        if case .signaled = result.terminationStatus { return true }
        return false
    }
}

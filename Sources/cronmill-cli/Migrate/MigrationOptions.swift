internal import ArgumentParser
internal import Cronmill
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The databases of a move, and how to connect.
struct MigrationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The database pg_cron is in.", valueName: "name"), completion: Completion.databases)
    var from: String
    @Option(help: ArgumentHelp("The database it is to go to.", valueName: "name"), completion: Completion.databases)
    var to: String
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    /// The move, and where to write about it.
    func migration() throws -> (Migration, Context) {
        let (deployment, names) = try Context.place(connection, databases: [from, to])
        let context = Context(deployment: deployment, databases: [], options: connection)
        guard names.count == 2 else {
            // One name twice, once as a URI.
            return (try deployment.migration(from: names.first ?? from, to: names.first ?? to), context)
        }
        return (try deployment.migration(from: names[0], to: names[1]), context)
    }
}

/// How long to wait, and who restarts the server.
struct MigrationWaitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long to wait for runs to end. Default: 10m.", valueName: "duration"))
    var wait: String?
    @Option(
        help: ArgumentHelp(
            "Restarts the server; run by sh, once, as it stands. Default: a person does.",
            valueName: "command"
        )
    )
    var restartCommand: String?
    @Option(
        help: ArgumentHelp(
            "How long to wait for the restart. Default: 2m with --restart-command; else it ends there and goes on when called again.",
            valueName: "duration"
        )
    )
    var restartWait: String?

    func apply(to migration: inout Migration) throws {
        if let wait { migration.runLimit = try Duration(wait, of: "--wait") }
        migration.restartLimit = restartCommand == nil ? .zero : .seconds(120)
        if let restartWait { migration.restartLimit = try Duration(restartWait, of: "--restart-wait") }
        if let command = restartCommand { migration.restart = { try await Self.run(command) } }
    }

    /// Its output goes to standard error; what it starts in the background may keep that.
    private static func run(_ command: String) async throws {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", command],
            input: .none,
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        )
        guard !result.terminationStatus.isSuccess else { return }
        throw CronmillError(
            .failed,
            "the restart command failed: \(result.terminationStatus)",
            detail: "It was: \(command). All jobs rest meanwhile.",
            hint: "Restart the server, then give the same command again; or give up with cronmill migrate rollback."
        )
    }
}

extension Context {
    /// Tells the steps of a move.
    func telling(_ migration: Migration, isRollback: Bool = false) -> Migration {
        var migration = migration
        let (leaving, reaching) =
            isRollback
            ? (migration.newDatabase, migration.oldDatabase) : (migration.oldDatabase, migration.newDatabase)
        migration.onProgress = { progress in
            switch progress {
            case .begun: break
            case .ended(let step, let note):
                say(step.title(leaving: leaving, reaching: reaching) + (note.map { ": \($0)" } ?? ""))
            case .remark(let text): say("note: \(text)")
            }
        }
        return migration
    }
}

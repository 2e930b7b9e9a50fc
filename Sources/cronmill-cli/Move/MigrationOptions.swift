internal import ArgumentParser
internal import Cronmill

/// The databases of a move, and how to connect.
struct MigrationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The database pg_cron is in.", valueName: "name"), completion: Completion.databases)
    var from: String
    @Option(help: ArgumentHelp("The database it is to go to.", valueName: "name"), completion: Completion.databases)
    var to: String
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    /// The move, and where to write about it.
    func migration() throws -> (Migration, Context) {
        let (deployment, names) = try Context.resolve(connection, databases: [from, to])
        let context = Context(deployment: deployment, databases: [], options: connection)
        guard names.count == 2 else {
            // One name twice, once as a URI.
            return (try deployment.migration(from: names.first ?? from, to: names.first ?? to), context)
        }
        return (try deployment.migration(from: names[0], to: names[1]), context)
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

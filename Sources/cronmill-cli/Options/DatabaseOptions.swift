internal import ArgumentParser
internal import Cronmill

/// Which work databases a command is about.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Work database, a name or a URI; repeatable (DB_NAME).", valueName: "name"),
        completion: Completion.databases
    )
    var database: [String] = []
    @Flag(help: "All registered work databases.")
    var all = false

    func validate() throws {
        if all, !database.isEmpty {
            throw ValidationError("--all and --database exclude each other.")
        }
    }
}

extension DatabaseOptions {
    /// For reports of the registry alone: the databases asked, nil for all.
    func registry(_ connection: ConnectionOptions) async throws -> (Deployment, [String]?) {
        if all { return (try Context.deployment(connection.resolved(), connection), nil) }
        let context = try await Context(connection, self)
        return (context.deployment, context.databases)
    }

    /// Refuses several databases, each of which numbers its tasks by itself.
    func checkNumbered() throws {
        if all || database.count > 1 {
            throw ValidationError("Every database numbers its tasks by itself: name one with --database.")
        }
    }
}

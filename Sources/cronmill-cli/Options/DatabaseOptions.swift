internal import ArgumentParser

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

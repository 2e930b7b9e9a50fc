internal import ArgumentParser
internal import Cronmill

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the settings of a work database as SQL.",
        discussion: """
            Queues, processors with what is generated of them, producers, operators,
            monitors and recurring templates; no tasks, no password. The same settings
            give the same text, which cronmill import or psql applies to another database.

            Example:
              cronmill export --database shop --file settings.sql
            """
    )

    @Argument(
        help: ArgumentHelp("Processors, with their queues. Default: everything.", valueName: "processor"),
        completion: Completion.processors
    )
    var processors: [String] = []
    @Option(help: ArgumentHelp("File to write. Default: standard output.", valueName: "path"), completion: .file())
    var file: String?
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if asked.all || asked.database.count > 1 {
            throw ValidationError("Settings are exported from one database: --database NAME.")
        }
    }

    func run() async throws {
        let names = processors
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let text = try await context.deployment.exportSettings(names, from: database)
            if let file, file != "-" {
                try OutputFile.write(text, to: file)
            } else {
                try context.output.write(script: text)
            }
            return .done
        }
    }
}

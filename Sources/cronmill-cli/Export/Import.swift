internal import ArgumentParser
internal import Cronmill

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply settings that cronmill export has written.",
        discussion: """
            The file is SQL and is executed as it stands, with your rights: import only
            what you would run with psql. It is tried first, and done whole or not at
            all; a second time changes nothing. The database has to be set up, and roles
            and handlers have to be there. What is there besides stays.

            Example:
              cronmill import --database shop_staging --file settings.sql --dry-run
            """
    )

    @Option(
        help: ArgumentHelp("File to read. Default, and -: standard input.", valueName: "path"),
        completion: .file()
    )
    var file: String?
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let text = try InputFile(path: file == "-" ? nil : file).text(file ?? "standard input")
        let context = try await Context(connection, asked)
        try await context.deployment.whileSettingUp {
            try await context.forEachDatabase { database in
                let plan = try await context.deployment.planImport(text, database: database)
                try await context.carryOut(plan, database: database, dryRun: dryRun)
                return .done
            }
        }
    }
}

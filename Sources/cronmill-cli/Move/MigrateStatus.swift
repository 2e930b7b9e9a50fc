internal import ArgumentParser
internal import Cronmill

struct MigrateStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how far a move is, and what comes next.",
        discussion: """
            Examples:
              cronmill migrate status --from shop --to postgres
              cronmill migrate status --from shop --to postgres --json
            """
    )

    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup var options: MigrationOptions

    func run() async throws {
        let (migration, context) = try options.migration()
        let status = try await migration.status()
        try context.output.write(json ? status.json.prettyText : status.text(of: migration, on: context.output))
    }
}

internal import ArgumentParser
internal import Cronmill

struct MigrateFinish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Drop what pg_cron left behind; a rollback is not possible after it.",
        discussion: """
            Examples:
              cronmill migrate finish --from shop --to postgres
              cronmill migrate finish --from shop --to postgres --yes
            """
    )

    @Flag(help: "Do not ask.")
    var yes = false
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup var options: MigrationOptions

    func run() async throws {
        let (migration, context) = try options.migration()
        let plan = try await migration.planFinish()
        if dryRun { return try context.output.write(script: plan.script) }
        guard yes || context.confirms("the old pg_cron of database \"\(migration.oldDatabase)\"", "dropped")
        else { throw Failure.reported(.failed) }
        try await migration.finish(plan) { step in context.say("\(step.database): \(step.title)") }
    }
}

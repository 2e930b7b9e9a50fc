internal import ArgumentParser
internal import Cronmill

struct MigrateApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Move pg_cron, or go on with a move that was cut off.",
        discussion: """
            The server has to be restarted half way: by --restart-command, or by a person,
            after which the same command goes on. Jobs rest from the first step until they
            are active in the new database.

            Examples:
              cronmill migrate apply --from shop --to postgres
              cronmill migrate apply --from shop --to postgres \\
                --restart-command 'pg_ctlcluster 15 main restart'
            """
    )

    @OptionGroup(title: "Waiting") var waiting: MigrationWaitOptions
    @Flag(help: "Do not ask.")
    var yes = false
    @Flag(help: "Only say what it would do, as plan does.")
    var dryRun = false
    @OptionGroup var options: MigrationOptions

    func run() async throws {
        var (migration, context) = try options.migration()
        try waiting.apply(to: &migration)
        if try await migration.status().state == .none {
            let preview = try await migration.preview()
            if dryRun || preview.nothingToMove != nil { return try context.show(preview, json: false) }
            guard
                yes || !preview.obstacles.isEmpty
                    || context.confirms("pg_cron with \(preview.jobs.count) jobs of everybody", "moved, with a restart")
            else { throw Failure.reported(.failed) }
        } else if dryRun {
            return try context.output.write(try await migration.status().text(of: migration, on: context.output))
        }
        try await context.telling(migration).apply()
        context.say(
            "jobs run in database \(migration.newDatabase); for a while: cronmill migrate rollback \(migration.databaseOptions)"
        )
        context.say("when all is well: cronmill migrate finish \(migration.databaseOptions)")
    }
}

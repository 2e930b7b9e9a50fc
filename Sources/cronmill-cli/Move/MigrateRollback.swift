internal import ArgumentParser
internal import Cronmill

struct MigrateRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Restore the database pg_cron left, from any point of a move that is not finished.",
        discussion: """
            Takes another restart, if pg_cron has reached its new database. Jobs made there
            meanwhile are taken along.

            Examples:
              cronmill migrate rollback --from shop --to postgres
              cronmill migrate rollback --from shop --to postgres --yes \\
                --restart-command 'pg_ctlcluster 15 main restart'
            """
    )

    @OptionGroup(title: "Waiting") var waiting: MigrationWaitOptions
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup var options: MigrationOptions

    func run() async throws {
        var (migration, context) = try options.migration()
        try waiting.apply(to: &migration)
        let losses = try await migration.rollbackLosses()
        for loss in losses { context.say(loss) }
        if !yes, !losses.isEmpty,
            !context.confirms("\(losses.count) changes of jobs in database \"\(migration.newDatabase)\"", "lost")
        {
            throw Failure.reported(.failed)
        }
        try await context.telling(migration, isRollback: true).rollback()
        context.say("jobs run in database \(migration.oldDatabase) as before the move")
    }
}

internal import ArgumentParser

/// Its subcommands are files of their own.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move pg_cron with everybody's jobs to another database; take over queues made by hand.",
        discussion: """
            Examples:
              cronmill migrate plan --from shop --to postgres
              cronmill migrate apply --from shop --to postgres
              cronmill migrate finish --from shop --to postgres
              cronmill migrate takeover --database shop --table app.jobs \\
                --payload payload --queue jobs
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Moving pg_cron",
                subcommands: [
                    MigratePlan.self, MigrateApply.self, MigrateStatus.self, MigrateRollback.self, MigrateFinish.self,
                ]
            ),
            CommandGroup(name: "Queues made by hand", subcommands: [MigrateTakeOver.self]),
        ]
    )
}

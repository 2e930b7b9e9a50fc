internal import ArgumentParser
internal import Cronmill

/// The command `cronmill`.
struct CronmillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronmill",
        abstract: "Queue processing inside PostgreSQL, in several databases, by one pg_cron.",
        discussion: """
            Begin with:
              cronmill setup --database shop --queue emails \\
                --handler app.send_email --run-as app_runner --enable
              cronmill enqueue --database shop --queue emails --payload '{"to": 1}'
              cronmill status --all

            Connections come from flags, the environment (DB_*, PG_CRON_*), a .env
            file, and libpq's own PG* variables, service and password files, in this
            order.
            Exit codes: 0 done, 1 failed, 2 could not connect, 3 a check found
            something, 64 wrong usage, 130 interrupted, 141 who reads the output is gone.
            """,
        version: Deployment.programVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Setting up",
                subcommands: [
                    Setup.self, Configure.self, Remove.self, Sync.self, Export.self, Import.self, Migrate.self,
                ]
            ),
            CommandGroup(
                name: "Permissions",
                subcommands: [Grant.self, Revoke.self, RotatePassword.self, CheckPermissions.self]
            ),
            CommandGroup(name: "Operating", subcommands: [Enable.self, Disable.self, Pause.self, Resume.self]),
            CommandGroup(name: "Working", subcommands: [Enqueue.self, Recurring.self, Process.self]),
            CommandGroup(
                name: "Tasks",
                subcommands: [Tasks.self, Graph.self, Cancel.self, Redrive.self, Purge.self, Prune.self]
            ),
            CommandGroup(
                name: "Looking",
                subcommands: [
                    Status.self, Runs.self, Stats.self, Alarms.self, Server.self, Serve.self, Config.self, Demo.self,
                ]
            ),
        ]
    )
}

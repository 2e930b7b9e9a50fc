internal import ArgumentParser

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take over queues made by hand.",
        discussion: """
            Examples:
              cronmill migrate adopt --database shop --table app.jobs \\
                --payload payload --queue jobs
            """,
        subcommands: [MigrateAdopt.self]
    )
}

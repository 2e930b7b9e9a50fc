import ArgumentParser

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Disturb a busy server, and see what became of every task.",
        discussion: "Each command makes private servers and removes them. Exit code 1 if a promise was not kept.",
        subcommands: [Kill.self, Wake.self, SleepTest.self, TickTest.self, FailOver.self, SoakTest.self],
        defaultSubcommand: Kill.self
    )
}

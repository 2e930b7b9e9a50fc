import ArgumentParser
import Chaos

struct SleepTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sleeps",
        abstract: "Enqueue at the moment when processors fall asleep.",
        discussion: """
            Three isolation levels, some transactions prepared, some rolled back. Verifies that each task that was \
            committed is begun within 15 seconds (135 where pg_cron knows no seconds) and done once; without \
            rollbacks, that no task is found by a sweep only.
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Work databases with one processor each.", valueName: "n"))
    var databases = 40
    @Option(help: ArgumentHelp("How often processors fall asleep, all together.", valueName: "n"))
    var sleeps = 20_000
    @Option(help: ArgumentHelp("Percent of the transactions that are rolled back.", valueName: "n"))
    var rolledBack = 20
    @Option(help: ArgumentHelp("Percent of the transactions that are prepared.", valueName: "n"))
    var prepared = 5
    @Flag(help: "Leave the server running if there is a violation.")
    var keep = false

    func validate() throws {
        if databases < 1 { throw ValidationError("--databases is a number from 1.") }
        if sleeps < 1 { throw ValidationError("--sleeps is a number from 1.") }
        if !(0...100).contains(rolledBack) { throw ValidationError("--rolled-back is a number from 0 to 100.") }
        if !(0...100).contains(prepared) { throw ValidationError("--prepared is a number from 0 to 100.") }
    }

    func run() async throws {
        var options = try common.options()
        options.keepsServer = keep
        let seed = options.seed
        let load = SleepLoad(databases: databases, sleeps: sleeps, rolledBack: rolledBack, prepared: prepared)
        try common.conclude(
            try await Sleeps.run(options, load) { CommonOptions.note("sleeps: seed \(seed): \($0)") }
        )
    }
}

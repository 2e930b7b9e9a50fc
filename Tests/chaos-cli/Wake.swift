import ArgumentParser
import Chaos

struct Wake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wakes",
        abstract: "Kill a server while tasks wake processors that sleep.",
        discussion: """
            Verifies that each task whose enqueue was acknowledged is done once, within 70 seconds of the kill (130 \
            where pg_cron knows no seconds), and that in the end every processor that is asleep can be rung.
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("How often something is killed.", valueName: "n"))
    var rounds = 20
    @Flag(help: "Leave the server running if there is a violation.")
    var keep = false

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds is a number from 1.") }
    }

    func run() async throws {
        var options = try common.options()
        options.keepsServer = keep
        let seed = options.seed
        try common.conclude(
            try await Wakes.run(options, rounds: rounds) { CommonOptions.note("wakes: seed \(seed): \($0)") }
        )
    }
}

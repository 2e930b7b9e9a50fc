import ArgumentParser
import Chaos

struct Kill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kill a busy server at random.",
        discussion: """
            Makes a private server with two work databases, kills its processes and the programs that change it, lets \
            it come to rest and verifies that every task was done exactly once, or is dead with its reason.
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Go on until so many processes have been killed.", valueName: "n"))
    var kills = 0
    @Flag(help: "Leave the server running if there is a violation.")
    var keep = false

    func validate() throws {
        if kills < 0 { throw ValidationError("--kills is a number from 0.") }
    }

    func run() async throws {
        var options = try common.options()
        options.kills = kills
        options.keepsServer = keep
        let seed = options.seed
        try common.conclude(try await Chaos.run(options) { CommonOptions.note("chaos: seed \(seed): \($0)") })
    }
}

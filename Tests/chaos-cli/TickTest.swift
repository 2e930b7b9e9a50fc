import ArgumentParser
import Chaos

struct TickTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticks",
        abstract: "Fire recurring templates in simulated time, from eight sessions at once, while backends are killed.",
        discussion: "Verifies that each tick has made one task."
    )

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("How many templates.", valueName: "n"))
    var templates = 1000
    @Option(help: ArgumentHelp("How many simulated hours.", valueName: "n"))
    var hours = 4
    @Option(help: ArgumentHelp("How many backends are killed.", valueName: "n"))
    var kills = 10

    func validate() throws {
        if min(templates, hours, kills + 1) < 1 { throw ValidationError("Numbers from 1; --kills from 0.") }
    }

    func run() async throws {
        let options = try common.options()
        let seed = options.seed
        try common.conclude(
            try await Ticks.run(options, templates: templates, hours: hours, kills: kills) {
                CommonOptions.note("ticks: seed \(seed): \($0)")
            }
        )
    }
}

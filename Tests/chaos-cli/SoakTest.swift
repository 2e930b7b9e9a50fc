import ArgumentParser
import Chaos

struct SoakTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Keep a server at a steady load, and look whether memory and tables stay as large as they are.",
        discussion: "pg_cron has to be 1.5 or newer. The first third of the time is for getting to their size."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.conclude(try await Soak.run(try common.options()) { CommonOptions.note($0) })
    }
}

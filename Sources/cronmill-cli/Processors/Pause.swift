internal import ArgumentParser
internal import Cronmill

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop claiming tasks at once; local to the work database.",
        discussion: """
            Example:
              cronmill pause emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        try await arguments.carryOut(.pause)
    }
}

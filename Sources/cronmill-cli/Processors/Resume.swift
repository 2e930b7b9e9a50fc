internal import ArgumentParser
internal import Cronmill

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Claim tasks again after a pause.",
        discussion: """
            Example:
              cronmill resume emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        try await arguments.carryOut(.resume)
    }
}

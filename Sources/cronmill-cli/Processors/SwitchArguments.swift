internal import ArgumentParser
internal import Cronmill

/// All that the commands take which change one thing of processors.
struct SwitchArguments: ParsableArguments {
    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func carryOut(_ change: ProcessorChange) async throws {
        try await Context(connection, asked).carryOut(change, named.processors, dryRun: dryRun)
    }
}

internal import ArgumentParser
internal import Cronmill

/// Arguments of the commands that switch processors.
struct ProcessorArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Processors; none means all of the databases asked.", valueName: "processor"),
        completion: Completion.processors
    )
    var processors: [String] = []
}

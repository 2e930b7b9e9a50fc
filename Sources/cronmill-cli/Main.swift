internal import ArgumentParser
internal import Cronmill

/// Reads the arguments, runs the command, and turns what comes of it into an exit code.
@main
struct Main {
    static func main() async {
        Output.occupyClosedStreams()
        Output.ignoreBrokenPipeSignal()
        let task = Task {
            do {
                try checkArguments()
                var command = try await CronmillCommand.asyncParseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return ExitStatus.done
            } catch {
                return Failure.report(error)
            }
        }
        Interrupt.install { task.cancel() }
        await task.value.exit()
    }

    /// Refuses what Swift would make legible by other characters: a task, a name or a password would be another one.
    private static func checkArguments() throws {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[number], String(validatingCString: argument) == nil else {
                continue
            }
            throw CronmillError(.usage, "argument \(number) is not UTF-8 text: \"\(String(cString: argument))\"")
        }
    }
}

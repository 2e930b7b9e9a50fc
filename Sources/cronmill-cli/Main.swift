internal import ArgumentParser

/// Reads the arguments, runs the command, and turns what comes of it into an exit code.
@main
struct Main {
    static func main() async {
        Output.ignoreBrokenPipeSignal()
        let task = Task {
            do {
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
}

internal import ArgumentParser
internal import Cronmill
internal import Glibc
internal import PrivateServer

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show it all on a private server, with thousands of real records.",
        discussion: """
            Makes a PostgreSQL server in a temporary directory, with pg_cron and two work databases, sets up a \
            processor in each, and works off the ISO tables of languages, places and currencies (package iso-codes). \
            Then come 60 small databases whose processors sleep until there is a task, on 8 places of pg_cron. \
            Nothing else on the machine is touched, and nothing is left behind. It takes two minutes \
            or so, and 1.2 GB of disk.

            Example:
              cronmill demo --keep
            """
    )

    @Flag(help: "Leave the server running, and say how to look around and how to end it.")
    var keep = false
    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color: Terminal.Colour = .auto

    func run() async throws {
        let output = Output(terminal: Terminal(environment: ProcessEnvironment.variables, colour: color))
        try CodeTable.checkInstalled()
        let installation = try ServerInstallation.newestWithCron()
        output.progress("making a server of PostgreSQL \(installation.majorVersion) ...")
        let server = try await PrivateServer.start(installation)
        do {
            let demonstration = Demonstration(server: server, output: output)
            try await demonstration.run(version: installation.majorVersion, keeping: keep)
            if keep {
                try await server.keepRunning()
                return try demonstration.tellHowToGoOn()
            }
        } catch {
            // The same in a task that is cancelled: the server's end is waited for all the same.
            try await stop(server, output: output)
            output.note("cronmill: the server is stopped and \(server.directory) is removed")
            throw error
        }
        try await stop(server, output: output)
        try output.writeLine("The server is stopped and \(server.directory) is removed.")
    }

    /// - Throws: `CronmillError` if something of the server is left.
    private func stop(_ server: PrivateServer, output: Output) async throws {
        output.progress("stopping the server ...")
        await server.stop()
        output.endProgress()
        guard access(server.directory, F_OK) != 0 else {
            throw CronmillError(
                .failed,
                "the directory of the server could not be removed: \(server.directory)",
                hint: server.stopCommand
            )
        }
    }
}

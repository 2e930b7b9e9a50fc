import ArgumentParser
import Chaos
import Glibc
import PrivateServer

struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long there is load; set-up, draining and verifying come besides.", valueName: "n"))
    var seconds = 60
    @Option(help: ArgumentHelp("Decides what is done and when. Default: another one each time."))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Folder with the server's programs. Default: the newest.", valueName: "folder"))
    var bin: String?
    @Flag(help: "Let pg_cron run its jobs in background workers; pg_cron 1.5 or newer.")
    var workers = false
    @Option(
        help: ArgumentHelp(
            "A Python with psycopg for the producers. Default: this project's client.",
            valueName: "path"
        )
    )
    var python: String?
    @Option(help: ArgumentHelp("The schedule of all processors, such as '5 seconds'.", valueName: "schedule"))
    var schedule: String?

    func validate() throws {
        if seconds < 1 { throw ValidationError("--seconds is a number from 1.") }
    }

    func options() throws -> ChaosOptions {
        var options = ChaosOptions(
            seed: seed ?? UInt64.random(in: 0...9_999),
            length: .seconds(seconds),
            kills: 0,
            program: try Self.cronmillPath(),
            installation: try bin.flatMap { $0.isEmpty ? nil : $0 }.map(ServerInstallation.withCron)
                ?? ServerInstallation.newestWithCron()
        )
        options.usesWorkers = workers
        options.python = python.flatMap { $0.isEmpty ? nil : $0 }
        options.schedule = schedule
        return options
    }

    /// Prints a report; it is a failure if a promise was not kept.
    func conclude(_ report: ChaosReport) throws {
        print(report.text)
        if !report.violations.isEmpty { throw ExitCode.failure }
    }

    /// The `cronmill` that was built together with this program.
    private static func cronmillPath() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw ValidationError("/proc is not there.") }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/cronmill"
    }

    static func note(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

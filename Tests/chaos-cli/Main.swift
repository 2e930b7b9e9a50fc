import ArgumentParser
import Chaos
import Glibc
import PrivateServer

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Kill a busy server at random, and see what became of every task.",
        discussion: """
            Makes a private server with two work databases, kills its processes and the programs that change it, lets \
            it come to rest and verifies that every task was done exactly once, or is dead with its reason. \
            Exit code 1 on any violation.
            """
    )

    @Option(help: ArgumentHelp("How long to disturb it; draining and verifying take a minute more.", valueName: "n"))
    var seconds = 60
    @Option(help: ArgumentHelp("Decides the disturbances and their order. Default: another one each time."))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Go on until so many processes have been killed.", valueName: "n"))
    var kills = 0
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
    @Flag(help: "Do not kill at random: cut the server off from a standby, promote that, and see whether it works on.")
    var failover = false
    @Flag(help: "Leave the server running if there is a violation.")
    var keep = false

    func validate() throws {
        if seconds < 1 { throw ValidationError("--seconds is a number from 1.") }
        if kills < 0 { throw ValidationError("--kills is a number from 0.") }
    }

    func run() async throws {
        var options = ChaosOptions(
            seed: seed ?? UInt64.random(in: 0...9_999),
            length: .seconds(seconds),
            kills: kills,
            program: try Self.cronmillPath(),
            installation: try installation()
        )
        options.keepsServer = keep
        options.usesWorkers = workers
        options.python = python.flatMap { $0.isEmpty ? nil : $0 }
        let seed = options.seed
        options.schedule = schedule
        let report =
            if failover {
                try await Failover.run(options) { text in Self.note("failover: \(text)") }
            } else {
                try await Chaos.run(options) { text in Self.note("chaos: seed \(seed): \(text)") }
            }
        print(report.text)
        if !report.violations.isEmpty { throw ExitCode.failure }
    }

    private func installation() throws -> ServerInstallation {
        guard let bin else { return try ServerInstallation.newestWithCron() }
        return try ServerInstallation.withCron(binDirectory: bin)
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

    private static func note(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

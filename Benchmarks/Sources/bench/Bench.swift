internal import ArgumentParser
internal import Foundation
internal import PrivateServer

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures Cronmill beside the limit of the server and beside other queues, on a private server."
    )

    enum Section: String, CaseIterable, ExpressibleByArgument {
        case drain, failing, large, python, snapshot, dead, claim, enqueue, single, tags, graph, recurring, idle,
            latency,
            reports, console, growth, sleep

        /// Those that sleep take longer than all else; quite long ten million tasks that come and go, who looks on, and
        /// thousands of queues.
        static let usual = allCases.filter { ![.sleep, .tags, .console, .growth].contains($0) }
    }

    /// What is measured of processors that sleep.
    enum SleepPart: String, CaseIterable, ExpressibleByArgument {
        case rest, wakes, hot, outage, overload, enqueue, workers
    }

    @Flag(help: "A fifth of the tasks and one round: about two minutes.")
    var quick = false
    @Option(help: "Rounds. Default: 5, quick 1.")
    var rounds: Int?
    @Option(parsing: .upToNextOption, help: "Only these sections. Default: all but tags, console, growth and sleep.")
    var only: [Section] = Section.usual
    @Option(parsing: .upToNextOption, help: "Only these parts of the section sleep.")
    var parts: [SleepPart] = SleepPart.allCases
    @Option(help: "Work databases of the sections sleep and console. Default: 300 and 200, quick 30 and 20.")
    var databases: Int?
    @Option(help: "Minutes for which the section console is looked at. Default: 10, quick 1.")
    var minutes: Int?
    @Flag(help: "With fsync on. The server's files are in TMPDIR, which then should be on a disk.")
    var durable = false
    @Option(help: "The folder of the server's programs. Default: the newest with pg_cron.")
    var bin: String?
    @Option(help: "The program to measure.")
    var program = ".build/release/cronmill"
    @Option(help: "The folder of the benchmarks.")
    var folder = "Benchmarks"
    @Option(help: "The Python of the environment with the peers.")
    var python = ".build/bench-venv/bin/python"

    func validate() throws {
        if let rounds, rounds < 1 { throw ValidationError("--rounds is a number from 1.") }
        if let minutes, minutes < 1 { throw ValidationError("--minutes is a number from 1.") }
        if let databases, databases < 5 { throw ValidationError("--databases is a number from 5.") }
    }

    func run() async throws {
        let programs = Stage.Programs(
            installation: try bin.map(ServerInstallation.withCron) ?? ServerInstallation.newestWithCron(),
            program: absolute(program),
            folder: absolute(folder),
            python: absolute(python)
        )
        let scale = Scale(isQuick: quick, rounds: rounds, databases: databases, minutes: minutes)
        let usual = only.filter { $0 != .sleep }
        var report = Report()
        var failure: (any Error)?
        if !usual.isEmpty {
            var session = Measurement(stage: try await Stage.build(programs, isDurable: durable), scale: scale)
            failure = await session.failure(of: usual)
            await session.stage.server.stop()
            report = session.report
        }
        if only.contains(.sleep), failure == nil {
            let stage = try await Stage.start(programs, settings: Stage.sleepSettings)
            var session = Measurement(stage: stage, scale: scale, report: report)
            failure = await session.failure(ofSleep: parts)
            await stage.server.stop()
            report = session.report
        }
        say(report.text)
        try report.write(to: "\(absolute(folder))/results")
        if let failure { throw failure }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}

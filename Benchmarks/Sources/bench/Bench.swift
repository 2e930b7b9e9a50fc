internal import ArgumentParser
internal import Foundation
internal import PrivateServer

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures Cronmill beside the limit of the server and beside other queues, on a private server."
    )

    enum Section: String, CaseIterable, ExpressibleByArgument {
        case drain, large, python, snapshot, dead, claim, enqueue, idle, latency, reports
    }

    @Flag(help: "A fifth of the tasks and one round: about two minutes.")
    var quick = false
    @Option(help: "Rounds. Default: 5, quick 1.")
    var rounds: Int?
    @Option(parsing: .upToNextOption, help: "Only these sections.")
    var only: [Section] = Section.allCases
    @Option(help: "The program to measure.")
    var program = ".build/release/cronmill"
    @Option(help: "The folder of the benchmarks.")
    var folder = "Benchmarks"
    @Option(help: "The Python of the environment with the peers.")
    var python = ".build/bench-venv/bin/python"

    func validate() throws {
        if let rounds, rounds < 1 { throw ValidationError("--rounds is a number from 1.") }
    }

    func run() async throws {
        let stage = try await Stage.build(
            program: absolute(program),
            folder: absolute(folder),
            python: absolute(python)
        )
        var session = Measurement(stage: stage, scale: Scale(isQuick: quick, rounds: rounds))
        let failure = await session.failure(of: only)
        await stage.server.stop()
        say(session.report.text)
        try session.report.write(to: "\(absolute(folder))/results")
        if let failure { throw failure }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}

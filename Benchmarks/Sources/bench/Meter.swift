internal import Foundation
internal import Glibc
internal import Postgres

/// Measures work that is done by some sessions: by the clock, and by the processor time of their backends.
struct Meter: Sendable {
    private let processes: [Int32]
    private let begun = ContinuousClock.now
    private let used: Double

    init(_ sessions: [Connection]) async throws {
        var processes: [Int32] = []
        for session in sessions { processes.append(try await session.run { $0.processID }) }
        self.processes = processes
        used = try Self.processorSeconds(processes)
    }

    /// What has been used since it was made; to be read while the sessions are open.
    func read() throws -> Contender.Took {
        Contender.Took(
            seconds: (ContinuousClock.now - begun).inSeconds,
            processorSeconds: try Self.processorSeconds(processes) - used
        )
    }

    private static func processorSeconds(_ processes: [Int32]) throws -> Double {
        let ticks = try processes.reduce(0) { ticks, process in
            let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // proc(5): utime and stime are the 12th and 13th fields after the name, which may have blanks in it.
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            return ticks + fields.dropFirst(11).prefix(2).compactMap { Int($0) }.reduce(0, +)
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

internal import Foundation
internal import Glibc
internal import Postgres
internal import PrivateServer

extension Stage {
    /// CPU seconds that the server's processes have used so far, those that have ended included.
    ///
    /// Runs follow one another in new backends, so the sum over the living ones alone would forget some.
    func processorSeconds() throws -> Double {
        let file = try String(contentsOfFile: "\(server.directory)/data/postmaster.pid", encoding: .utf8)
        guard let postmaster = file.split(separator: "\n").first.map(String.init) else {
            throw InvalidRound("postmaster.pid is empty")
        }
        var ticks = 0
        for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
            // It may have ended since.
            guard let text = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { continue }
            // What follows the name, which may have blanks in it: state, ppid, ...; proc(5) counts from 1.
            let fields = String(decoding: text, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 15 else { continue }
            if process == postmaster {
                ticks += fields[11...14].compactMap { Int($0) }.reduce(0, +)
            } else if fields[1] == postmaster {
                ticks += fields[11...12].compactMap { Int($0) }.reduce(0, +)
            }
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Percent of one core that the server uses while nobody asks for anything.
    func idleShare(seconds: Int) async throws -> Double {
        let before = try processorSeconds()
        try await Task.sleep(for: .seconds(seconds))
        return 100 * (try processorSeconds() - before) / Double(seconds)
    }

    /// Rows of pg_cron's history that began in the last seconds.
    func historyRows(seconds: Int) async throws -> Int {
        let text = try await psql(
            [
                "-c",
                """
                select count(*) from cron.job_run_details as d
                where d.start_time > clock_timestamp() - interval '\(seconds) seconds' and d.command like 'call cronmill\\_processor.%'
                """,
            ],
            database: "postgres"
        )
        guard let rows = Int(text.filter { !$0.isNewline }) else { throw InvalidRound("history: \(text)") }
        return rows
    }
}

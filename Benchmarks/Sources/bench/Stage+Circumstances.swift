internal import Foundation
internal import Glibc
internal import Postgres

extension Stage {
    /// Machine, versions and settings: what a figure means nothing without.
    func circumstances(_ scale: Scale) async throws -> [Report.Circumstance] {
        var all: [Report.Circumstance] = []
        func add(_ name: String, _ value: String) { all.append(Report.Circumstance(name: name, value: value)) }
        let cpu = try fields(of: "/proc/cpuinfo")["model name"] ?? "unknown"
        let memory = try fields(of: "/proc/meminfo")["MemTotal"] ?? "unknown"
        add("machine", "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) x \(cpu), memory \(memory)")
        add("postgresql", try await one("select version() as version", "version"))
        let extensions = try await rows(
            """
            select e.name || ' ' || e.default_version as version from pg_available_extensions as e
            where e.name in ('pg_cron', 'pgq') order by e.name
            """
        )
        add("extensions", try extensions.map { try $0.get("version") }.joined(separator: ", "))
        if access(python, X_OK) == 0 {
            let versions = try await runProgram(
                python,
                [
                    "-c",
                    "import importlib.metadata as m; print(', '.join(d.name + ' ' + d.version for d in "
                        + "m.distributions() if d.name in ('procrastinate', 'pgqueuer', 'psycopg', 'asyncpg')))",
                ]
            )
            add("python peers", versions.filter { !$0.isNewline })
        }
        let settings = ["fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "autovacuum"]
        var values: [String] = []
        for setting in settings {
            values.append(
                "\(setting) \(try await one("select current_setting(\(setting)) as value", "value", as: String.self))"
            )
        }
        add("settings", values.joined(separator: ", "))
        add("rounds", "\(scale.rounds), interleaved; medians\(scale.isQuick ? "; quick: fewer tasks" : "")")
        add("date", Date().formatted(.iso8601))
        return all
    }

    /// `name : value` lines; of a name that comes again, the first.
    private func fields(of path: String) throws -> [String: String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").reduce(into: [:]) { fields, line in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, fields[parts[0]] == nil else { return }
            fields[parts[0]] = parts[1]
        }
    }
}

internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show every setting and where it came from, and try both connections.",
        discussion: """
            Passwords are hidden. (libpq) is what is left to libpq: service and password files, its defaults.

            Examples:
              cronmill config
              cronmill config --database shop --env-file production.env --json
            """
    )

    @Option(help: ArgumentHelp("Work database to try, a name or a URI; repeatable (DB_NAME).", valueName: "name"))
    var database: [String] = []
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let output = connection.output
        let settings = try connection.resolved(databases: database)
        let environment = ProcessEnvironment.variables
        if !json { try output.write(Table(settings.shown(environment))) }
        if connection.verbose, !settings.ignored.isEmpty {
            output.note("ignored, as other tools' own: \(settings.ignored.joined(separator: ", "))")
        }
        if let file = settings.openFile {
            output.note("\(file) holds a password, and others can read it: chmod 600 \(file)")
        }
        let trials = try await trials()
        if json {
            try output.write(JSON.report(settings, trials, environment).prettyText)
        } else {
            try output.writeLine()
            try output.write(Table(trials))
        }
        if settings.databases.isEmpty, settings.work["dbname"] == nil, !connection.quiet {
            output.note("No work database is named, so none was tried: name one with --database or DB_NAME.")
        }
        var status = ExitStatus.done
        for trial in trials {
            guard case .failure(let error) = trial.outcome else { continue }
            output.note("cronmill: \(trial.side) database \(trial.database):")
            status = .worst(status, Failure.report(error, to: output))
        }
        if status != .done { throw Failure.reported(status) }
    }

    private func trials() async throws -> [ConnectionTrial] {
        let (deployment, databases) = try Context.place(connection, databases: database)
        var trials: [ConnectionTrial] = []
        for database in databases {
            trials.append(try await .make(.work, database) { try await deployment.probeWork(database) })
        }
        trials.append(try await .make(.cron, deployment.cronDatabase) { try await deployment.probeCron() })
        return trials
    }
}

/// A connection that was tried, and what came of it.
struct ConnectionTrial: Sendable {
    enum Side: String, Sendable { case work, cron }

    let side: Side
    let database: String
    let outcome: Result<ConnectionReport, any Error>

    /// - Throws: `CancellationError` only; other errors are the outcome.
    static func make(
        _ side: Side,
        _ database: String,
        _ probe: () async throws -> ConnectionReport
    ) async throws -> ConnectionTrial {
        do {
            return ConnectionTrial(side: side, database: database, outcome: .success(try await probe()))
        } catch let error as CancellationError {
            throw error
        } catch {
            return ConnectionTrial(side: side, database: database, outcome: .failure(error))
        }
    }
}

/// A setting as it is shown: nil where nobody gave it.
struct ShownSetting: Sendable, Hashable {
    let name: String
    let value: String?
    let from: String?
    /// What stands in the place of a value that is absent.
    let absence: String

    init(_ name: String, _ setting: Setting?, absence: String = "(libpq)") {
        self.name = name
        self.value = setting?.shown
        self.from = setting?.source.description
        self.absence = absence
    }
}

extension ResolvedSettings {
    /// Every setting of both sides, by the name of its variable; what a URI says besides, by libpq's keyword. What nobody
    /// gave is what libpq's own variable says, if no service is named, which would know better.
    func shown(_ environment: [String: String] = [:]) -> [ShownSetting] {
        let parts = ConnectionPart.all
        let known = parts.map(\.keyword) + ["dbname"]
        func others(_ side: String, _ settings: [String: Setting]) -> [ShownSetting] {
            settings.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
                .map { ShownSetting("\(side) \($0.key)", $0.value) }
        }
        func setting(_ part: ConnectionPart, _ settings: [String: Setting]) -> Setting? {
            let name = "PG" + part.keyword.uppercased()
            if let setting = settings[part.keyword] { return setting }
            guard settings["service"] == nil, environment["PGSERVICE"] == nil, let value = environment[name],
                !value.isEmpty
            else { return nil }
            return Setting(value, source: .environment(name), isSecret: part.isSecret)
        }
        return parts.map { ShownSetting($0.workVariable, setting($0, work)) }
            + [ShownSetting("DB_NAME", work["dbname"], absence: "(none)")] + others("work", work)
            + databases.map { ShownSetting("--database", $0) }
            + parts.map { ShownSetting($0.cronVariable, setting($0, cron)) }
            + [ShownSetting("PG_CRON_DATABASE", cron["dbname"])] + others("cron", cron)
    }
}

extension Table {
    /// Settings, for people.
    init(_ settings: [ShownSetting]) {
        self.init(columns: [Column("setting"), Column("value"), Column("from")])
        for setting in settings {
            let value = setting.value.map { Cell($0) } ?? Cell(setting.absence, style: .dim)
            append([Cell(setting.name), value, Cell(setting.from ?? "")])
        }
    }

    /// Connections tried, for people; errors are told on standard error.
    init(_ trials: [ConnectionTrial]) {
        self.init(columns: [
            Column("connection"), Column("database"), Column("result"), Column("server"), Column("role"),
        ])
        for trial in trials {
            let start = [Cell(trial.side.rawValue), Cell(trial.database)]
            switch trial.outcome {
            case .success(let report):
                append(
                    start + [
                        Cell(report.isPooled ? "ok, through a pooler" : "ok", style: .green),
                        Cell("PostgreSQL \(report.serverVersion)"), Cell(report.role),
                    ]
                )
            case .failure: append(start + [Cell("failed", style: .red)])
            }
        }
    }
}

extension JSON {
    /// Settings and connections, for programs.
    static func report(
        _ settings: ResolvedSettings,
        _ trials: [ConnectionTrial],
        _ environment: [String: String] = [:]
    ) -> JSON {
        [
            "settings": .array(
                settings.shown(environment).map {
                    ["setting": .string($0.name), "value": JSON($0.value), "from": JSON($0.from)]
                }
            ),
            "ignored": .array(settings.ignored.map { .string($0) }),
            "connections": .array(trials.map(\.json)),
        ]
    }
}

extension ConnectionTrial {
    var json: JSON {
        var report: ConnectionReport?
        var message: String?
        switch outcome {
        case .success(let success): report = success
        case .failure(let error): message = (error as? PostgresError)?.message ?? "\(error)"
        }
        return [
            "side": .string(side.rawValue), "database": .string(database), "ok": .boolean(report != nil),
            "server_version": JSON(report?.serverVersion), "role": JSON(report?.role),
            "pooled": report.map { .boolean($0.isPooled) } ?? .null, "error": JSON(message),
        ]
    }
}

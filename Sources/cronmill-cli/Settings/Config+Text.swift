internal import Cronmill
internal import Postgres

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

internal import Cronmill

extension MigrationStatus {
    /// The steps and what to do next, for people.
    func text(of migration: Migration, on output: Output) -> String {
        let whereabouts = cronDatabase.map { "pg_cron is in database \($0)" } ?? "where pg_cron is cannot be seen"
        guard state != .none else { return "no move is under way; \(whereabouts)\n".controlsEscapedLines }
        let (leaving, reaching) =
            state == .rollingBack
            ? (migration.newDatabase, migration.oldDatabase) : (migration.oldDatabase, migration.newDatabase)
        let times = TimeColumn(steps.flatMap { [$0.begunAt, $0.endedAt] })
        var table = Table(
            columns: [
                .init("step"), times.column("begun", whenNarrow: .goes), times.column("done"),
                .init("what", whenNarrow: .shrinks(to: 40)),
            ]
        )
        for step in steps {
            let title = step.step.title(leaving: leaving, reaching: reaching)
            table.append([
                Table.Cell(step.step.rawValue), Table.Cell(step.begunAt.map(times.text) ?? "-"),
                Table.Cell(step.endedAt.map(times.text) ?? "-"),
                Table.Cell(step.note.map { "\(title): \($0)" } ?? title),
            ])
        }
        return table.render(width: output.terminal.width(of: .output), colour: false)
            + "\(whereabouts); \(next(migration))\n".controlsEscapedLines
    }

    private func next(_ migration: Migration) -> String {
        switch state {
        case .none: ""
        case .moving:
            "go on with cronmill migrate apply \(migration.databaseOptions), or give up with cronmill migrate rollback \(migration.databaseOptions)"
        case .moved:
            "when all is well: cronmill migrate finish \(migration.databaseOptions); or back: cronmill migrate rollback \(migration.databaseOptions)"
        case .rollingBack: "go on with cronmill migrate rollback \(migration.databaseOptions)"
        }
    }

    /// For programs.
    var json: JSON {
        [
            "state": .string(state.rawValue), "cron_database": JSON(cronDatabase),
            "steps": .array(
                steps.map { step in
                    [
                        "step": .string(step.step.rawValue), "begun_at": JSON(step.begunAt?.iso8601),
                        "ended_at": JSON(step.endedAt?.iso8601), "note": JSON(step.note),
                    ]
                }
            ),
        ]
    }
}

extension String {
    var controlsEscapedLines: String {
        split(separator: "\n").map { String($0).controlsEscaped + "\n" }.joined()
    }
}

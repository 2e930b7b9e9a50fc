internal import Cronmill

extension Table {
    /// Jobs that would be moved, for people.
    init(_ jobs: [MovePreview.Job]) {
        self.init(columns: [
            Column("job", alignment: .right), Column("name"), Column("role"), Column("schedule"), Column("active"),
            Column("command", shrinks: true), Column("becomes"),
        ])
        for job in jobs {
            append([
                Cell(String(job.jobid)), Cell(job.name ?? "-"), Cell(job.role), Cell(job.schedule),
                Cell(job.isActive ? "yes" : "no"), Cell(job.command),
                Cell(job.fate, style: job.remarks.isEmpty ? nil : .yellow),
            ])
        }
    }
}

extension MovePreview {
    /// What there is to say beside the table.
    var lines: [String] {
        var lines = ["\(jobs.count) jobs move from database \(oldDatabase) to database \(newDatabase)."]
        if jobs.count == 1 { lines = ["1 job moves from database \(oldDatabase) to database \(newDatabase)."] }
        lines.append("pause: \(pause)")
        lines.append(
            "run history: \(historyRows.grouped) rows, \((historyBytes / 1024).grouped) kB, carried over while jobs run again"
        )
        for job in jobs { for remark in job.remarks { lines.append("job \(job.jobid) \(remark)") } }
        lines += remarks
        for obstacle in obstacles {
            lines.append("in the way: \(obstacle.text)")
            if let remedy = obstacle.remedy { lines.append("  in database \(obstacle.database): \(remedy)") }
        }
        return lines
    }

    /// For programs.
    var json: JSON {
        [
            "from": .string(oldDatabase), "to": .string(newDatabase), "nothing_to_move": JSON(nothingToMove),
            "jobs": .array(jobs.map(\.json)),
            "obstacles": .array(
                obstacles.map {
                    ["text": .string($0.text), "remedy": JSON($0.remedy), "database": .string($0.database)]
                }
            ),
            "remarks": .array(remarks.map { .string($0) }), "pause": .string(pause),
            "work_databases": .array(workDatabases.map { .string($0) }),
            "history_rows": .integer(Int64(historyRows)), "history_bytes": .integer(Int64(historyBytes)),
            "running_runs": .integer(Int64(runningRuns)),
        ]
    }
}

extension MovePreview.Job {
    var json: JSON {
        [
            "jobid": .integer(jobid), "name": JSON(name), "schedule": .string(schedule), "command": .string(command),
            "database": .string(database), "role": .string(role), "active": .boolean(isActive),
            "processor": JSON(processor), "becomes": .string(fate), "remarks": .array(remarks.map { .string($0) }),
        ]
    }
}

internal import ArgumentParser
internal import Cronmill

struct MigratePlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what a move would do, and what is in its way.",
        discussion: """
            Only looks. Exit code 3 if something has to be put right before.

            Examples:
              cronmill migrate plan --from shop --to postgres
              cronmill migrate plan --from shop --to postgres --json
              cronmill migrate plan --from shop --to postgres --sql
            """
    )

    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "As SQL for a person, by pg_cron's functions only, where there is no superuser.")
    var sql = false
    @OptionGroup var options: MigrationOptions

    func validate() throws {
        if json, sql { throw ValidationError("Only one of --json and --sql.") }
    }

    func run() async throws {
        let (migration, context) = try options.migration()
        let status = try await migration.status()
        guard status.state == .none else {
            context.say("a move is under way: cronmill migrate status --from \(options.from) --to \(options.to)")
            try context.output.write(json ? status.json.prettyText : status.text(of: migration, on: context.output))
            return
        }
        let survey = try await migration.survey()
        if sql, survey.nothingToMove == nil { return try context.output.write(script: survey.script) }
        try context.show(survey, json: json)
    }
}

extension Context {
    /// Writes what a move would do.
    ///
    /// - Throws: `Failure.reported(.finding)` if something is in its way.
    func show(_ survey: MigrationSurvey, json: Bool) throws {
        if json {
            try output.write(survey.json.prettyText)
        } else if let reason = survey.nothingToMove {
            try output.writeLine("nothing to move: \(reason)")
        } else {
            if !survey.jobs.isEmpty { try output.write(Table(survey.jobs)) }
            try output.write(lines: survey.lines)
        }
        if !survey.obstacles.isEmpty { throw Failure.reported(.finding) }
    }
}

extension Table {
    /// Jobs that would be moved, for people.
    init(_ jobs: [MigrationSurvey.Job]) {
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

extension MigrationSurvey {
    /// What there is to say beside the table.
    fileprivate var lines: [String] {
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

extension MigrationSurvey.Job {
    fileprivate var json: JSON {
        [
            "jobid": .integer(jobid), "name": JSON(name), "schedule": .string(schedule), "command": .string(command),
            "database": .string(database), "role": .string(role), "active": .boolean(isActive),
            "processor": JSON(processor), "becomes": .string(fate), "remarks": .array(remarks.map { .string($0) }),
        ]
    }
}

internal import Cronmill
internal import Postgres

extension Demonstration {
    /// Shows `status` and the tail of `runs`, between them, where asked, a `disable` that lets the runs end.
    func report(disabling: Bool) async throws {
        try headline("What all processors are doing")
        try command("cronmill status --all")
        let report = try await status()
        let rows = try report.databases.flatMap { try $0.outcome.get() }
        try output.write(StatusText(rows, scheduler: report.scheduler))
        for remark in report.remarks { output.warn(remark) }
        if disabling {
            try headline("The gentle end: runs finish their batch, then the jobs are deactivated")
            try command("cronmill disable --all")
            for database in DemoDatabase.all {
                for name in try await deployment.disable([], in: database.name) {
                    try result("\(database.name): disable processor \(name)")
                }
            }
        }
        try headline("What pg_cron has run")
        var filter = RunFilter()
        filter.limit = 5
        try command("cronmill runs --all --limit \(filter.limit)")
        try output.write(Table(try await deployment.runs(filter).runs))
    }

    /// Looks whether every record arrived exactly once and no task is left.
    ///
    /// - Throws: `Failure.reported` if not, after saying what is wrong.
    func check(_ enqueued: [CodeTable: Int]) async throws {
        try headline("Is every record there, and there once? The tables, counted")
        try command("psql -d \(DemoDatabase.places.name) -c 'table app.arrival'", remark: "the same in languages")
        var arrivals: [Arrival] = []
        var complaints: [String] = []
        for database in DemoDatabase.all {
            let (found, left) = try await with(database.name) { connection in
                (
                    try await arrived(in: database.name, on: connection, enqueued: enqueued),
                    try await connection.query(
                        """
                        select
                            (select count(*) from cronmill.task) as open,
                            (select count(*) from cronmill.dead_task) as dead
                        """
                    ).first
                )
            }
            arrivals += found
            let open = try left?.get("open", as: Int.self) ?? 0
            let dead = try left?.get("dead", as: Int.self) ?? 0
            if open + dead > 0 { complaints.append("\(database.name): \(open) tasks are left and \(dead) are dead") }
        }
        try output.write(Table(arrivals))
        complaints += arrivals.compactMap(\.complaint)
        guard complaints.isEmpty else {
            for complaint in complaints { output.report(complaint) }
            throw Failure.reported(.failed)
        }
        let total = arrivals.map(\.enqueued).reduce(0, +)
        try say("Yes: each of \(total.counted) records arrived exactly once, and no task is left.")
    }

    private func arrived(
        in database: String,
        on connection: Connection,
        enqueued: [CodeTable: Int]
    ) async throws -> [Arrival] {
        let counts = Dictionary(uniqueKeysWithValues: enqueued.map { ($0.title, $1) })
        return try await connection.query(
            """
            select
                a.standard, a.arrived, a.records,
                extract(epoch from a.last_at - a.first_at)::double precision as seconds
            from app.arrival as a
            order by a.standard
            """
        ).map { row in
            let standard: String = try row.get("standard")
            return try Arrival(
                database: database,
                standard: standard,
                enqueued: counts[standard] ?? 0,
                arrived: row.get("arrived"),
                records: row.get("records"),
                duration: row.get("seconds", as: Double?.self).map { .seconds($0) }
            )
        }
    }
}

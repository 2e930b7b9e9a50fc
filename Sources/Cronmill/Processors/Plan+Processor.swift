internal import Postgres

extension Plan {
    /// Permits the role the processor runs as, in the registry.
    mutating func permit(_ request: ProcessorRequest, work: WorkInspection, cron: CronInspection) throws {
        let role = try Self.runAs(request, work: work)
        if role == work.state.user || role == cron.state.user {
            remark(.lostIsolation(of: role))
        }
        // What stands in the processor's row is not what was asked.
        guard request.runAs != nil || work.processor == nil || cron.trusts(work.state) else { return }
        try permit(role, for: work.state.database, cron: cron)
    }

    /// Permits a role for the jobs of a work database, in the registry.
    mutating func permit(_ role: String, for database: String, cron: CronInspection) throws {
        guard !cron.permittedRoles.contains(role) else { return }
        if !cron.state.isSuperuser, role != cron.state.user, !cron.soundRoles.contains(role) {
            makeFunctions(of: role, cron)
        }
        add(
            "permit jobs of database \(database) to run as role \(role)",
            in: cron.state.database,
            "select cronmill_cron.permit_run_as(\(literal: database), \(literal: role))"
        )
    }

    /// Makes the functions of the work database's roles anew where they are not what they have to be: a role can drop
    /// what it owns.
    mutating func repairRoles(_ cron: CronInspection) {
        for role in cron.brokenRoles.sorted() { makeFunctions(of: role, cron) }
    }

    private mutating func makeFunctions(of role: String, _ cron: CronInspection) {
        add(
            "make the functions by which jobs of role \(role) are made",
            in: cron.state.database,
            "select cronmill_cron.make_role_functions(\(literal: role))"
        )
    }

    /// Makes or changes the processor: its queue, its procedure, its row.
    mutating func setProcessor(_ request: ProcessorRequest, work: WorkInspection) throws {
        try Self.checkBackoff(request, work: work)
        if let row = work.processor {
            try change(row, request, work: work)
        } else {
            try create(request, work: work)
        }
    }

    private mutating func create(_ request: ProcessorRequest, work: WorkInspection) throws {
        let database = work.state.database
        guard let queue = request.queue, let name = request.name else {
            throw CronmillError.unknownProcessor(request.name?.text ?? "", in: [database], known: work.processors)
        }
        guard let handler = work.handler else {
            throw CronmillError(
                .failed,
                "new processor \"\(name)\" needs a handler",
                hint: "Name the function that does a task: --handler SCHEMA.FUNCTION; "
                    + "or, for tasks that are queries, the table of their results: --query-results SCHEMA.TABLE",
                database: database
            )
        }
        if let query = work.query { try makeReady(query, in: database) }
        if !work.queueExists {
            add("create queue \(queue)", in: database, "insert into cronmill.queue (name) values (\(queue.text))")
        }
        var columns: [SQL] = ["name", "queue_id", "handler", "run_as"]
        var values: [SQL] = [
            "\(name.text)", "(select q.queue_id from cronmill.queue as q where q.name = \(queue.text))",
            "\(handler.signature)", "\(try Self.runAs(request, work: work))",
        ]
        if let query = work.query {
            columns.append("result_table")
            values.append("\(query.table)")
            columns.append("result_layout")
            values.append("\(query.layout.rawValue)")
        }
        for setting in request.settings + work.query.settings(request) {
            columns.append(SQL(unsafeRaw: setting.column))
            values.append(setting.value)
        }
        add(
            "create processor \(name)\(request.isEnabled == true ? ", enabled" : "")",
            in: database,
            try ProcessorRoutines(handler, processor: name.text).text,
            "insert into cronmill.processor (\(sql: columns.joined)) values (\(sql: values.joined))"
        )
    }

    private mutating func change(_ row: ProcessorRow, _ request: ProcessorRequest, work: WorkInspection) throws {
        let database = work.state.database
        if let queue = request.queue, queue.text != row.queue {
            throw CronmillError(
                .failed,
                "processor \"\(row.name)\" works off queue \"\(row.queue)\", not \"\(queue)\"",
                hint: "Name the new one otherwise with --processor.",
                database: database
            )
        }
        var changes: [String] = []
        var assignments: [SQL] = []
        if let query = work.query { try makeReady(query, in: database) }
        if let handler = work.handler {
            let routines = try ProcessorRoutines(handler, processor: row.name)
            if !routines.isInstalled(row) {
                generate(routines.text, of: row.name, in: database)
            }
            if handler.signature != row.handler {
                changes.append("handler \(row.handler) -> \(handler.signature)")
                assignments.append("handler = \(handler.signature)")
            }
        }
        if let runAs = request.runAs, runAs != row.runAs {
            changes.append("run-as \(row.runAs) -> \(runAs)")
            assignments.append("run_as = \(runAs)")
        }
        changeSettings(of: row, request, in: database, changes, assignments)
    }

    /// Changes what is asked of a processor's settings, in one statement with other changes.
    mutating func changeSettings(
        of row: ProcessorRow,
        _ request: ProcessorRequest,
        in database: String,
        _ changes: [String] = [],
        _ assignments: [SQL] = []
    ) {
        var changes = changes
        var assignments = assignments
        for setting in request.settings + request.query.settings {
            let before = row.text(of: setting.column)
            guard before != setting.text else { continue }
            changes.append("\(setting.title) \(setting.shown(before)) -> \(setting.shown(setting.text))")
            assignments.append("\(unsafeRaw: setting.column) = \(sql: setting.value)")
        }
        guard !assignments.isEmpty else { return }
        add(
            "change processor \(row.name): \(changes.joined(separator: ", "))",
            in: database,
            "update cronmill.processor set \(sql: assignments.joined) where name = \(row.name)"
        )
    }

    /// Makes the procedure of a processor anew; if somebody dropped it, the grant was dropped with it.
    mutating func generate(_ procedure: SQL, of name: String, in database: String) {
        add(
            "generate the procedure of processor \(name)",
            in: database,
            procedure,
            "select cronmill.grant_run_as(p.run_as, p.name) from cronmill.processor as p where p.name = \(name)"
        )
    }

    private static func checkBackoff(_ request: ProcessorRequest, work: WorkInspection) throws {
        guard request.backoffBase != nil || request.backoffCap != nil else { return }
        let base = request.backoffBase ?? work.processor?.duration(of: "backoff_base") ?? .seconds(5)
        let cap = request.backoffCap ?? work.processor?.duration(of: "backoff_cap") ?? .seconds(3600)
        guard base > cap else { return }
        throw CronmillError(
            .failed,
            "backoff base \(base.roundTripText) is longer than backoff cap \(cap.roundTripText)",
            hint: request.backoffCap == nil
                ? "Raise the cap, too: --backoff-cap \(base.roundTripText)"
                : "Lower the base, too: --backoff-base \(cap.roundTripText)",
            database: work.state.database
        )
    }

    private static func runAs(_ request: ProcessorRequest, work: WorkInspection) throws -> String {
        if let role = request.runAs ?? work.processor?.runAs { return role }
        guard !work.state.isSuperuser else {
            throw CronmillError(
                .failed,
                "a handler does not run as superuser \"\(work.state.user)\"",
                hint: "Name a role that may do what the handler does and no more: --run-as ROLE "
                    + "(to make one: create role app_runner login;).",
                database: work.state.database
            )
        }
        return work.state.user
    }
}

extension [SQL] {
    /// Separated by commas.
    var joined: SQL {
        guard let first else { return "" }
        return dropFirst().reduce(first) { "\(sql: $0), \(sql: $1)" }
    }
}

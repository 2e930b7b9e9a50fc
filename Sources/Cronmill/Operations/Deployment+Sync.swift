internal import Postgres

/// A place where the halves differ.
public struct Difference: Sendable, Hashable {
    /// The work database.
    public var database: String
    /// The processor.
    public var processor: String
    /// The slot, where one job differs.
    public var slot: Int?
    /// What differs, as a sentence without full stop.
    public var text: String
}

extension Deployment {
    /// Compares the processors of a work database with the registry, and the registry with `cron.job`.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func differences(in database: String) async throws -> [Difference] {
        try await synchronized(database).differences
    }

    /// Plans what makes the halves agree: the work database is the source of truth.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func planSync(in database: String) async throws -> Plan {
        let found = try await synchronized(database)
        var plan = Plan()
        if !found.isRegistered {
            plan.add(
                "register database \(database)",
                in: cronDatabase,
                "select cronmill_cron.register(\(literal: database), \(sql: found.linkRole.literal))"
            )
        }
        for role in found.unpermitted {
            plan.add(
                "permit jobs of database \(database) to run as role \(role)",
                in: cronDatabase,
                "select cronmill_cron.permit_run_as(\(literal: database), \(literal: role))"
            )
        }
        for name in found.strays { plan.strikeOut(name, of: database, in: cronDatabase) }
        let own = found.differences.filter { $0.database == database }
        for name in Set(own.map(\.processor)).subtracting(found.strays).sorted() {
            if let text = found.procedures[name] ?? nil { plan.generate(text, of: name, in: database) }
        }
        // Not through the link, which may be what is broken.
        for name in Set(own.map(\.processor)).subtracting(found.strays).sorted() {
            guard let settings = found.settings[name] else { continue }
            plan.tell(settings, in: cronDatabase)
        }
        if found.differences.contains(where: { $0.database != database }) {
            plan.add("renew the housekeeper", in: cronDatabase, "select cronmill_cron.keep_house()")
        }
        return plan
    }

    /// Whether a work database is registered and does not exist any more: dropped, or renamed.
    ///
    /// - Throws: `CronmillError` where nothing is installed in the cron database; `PostgresError`.
    public func isGone(_ database: String) async throws -> Bool {
        try await with(connectCron()) { connection in
            try await connection.run { session in
                try CronState.inspect(session).checkInstalled()
                return try !session.query(
                    """
                    select from cronmill_cron.work_database as w
                    where w.name = \(database)
                        and not exists (select from pg_catalog.pg_database as d where d.datname = w.name)
                    """
                ).isEmpty
            }
        }
    }

    private func synchronized(_ database: String) async throws -> Synchronization {
        let work = try await with(connectWork(database)) { connection in
            try await connection.run { session in
                let state = try WorkState.inspect(session)
                guard state.isInstalled else { throw CronmillError.notSetUp(database) }
                try session.execute("select cronmill.assert_original()")
                return try (
                    state, Self.settings("cronmill.processor", where: "true", session), ProcedureState.all(session),
                    RegistrySettings.all(session)
                )
            }
        }
        return try await with(connectCron()) { connection in
            try await connection.run { session in
                let state = try CronState.inspect(session)
                try state.checkInstalled()
                guard state.extensionVersion != nil else {
                    throw CronmillError(
                        .failed,
                        "extension pg_cron is gone from cron database \"\(cronDatabase)\"",
                        detail: "With it went all jobs.",
                        hint: "create extension pg_cron; then again: cronmill sync --all",
                        database: cronDatabase
                    )
                }
                let registered = try session.query(
                    "select w.work_database_id from cronmill_cron.work_database as w where w.name = \(database)"
                ).first
                let id: Int = try registered?.get("work_database_id") ?? 0
                var found = Synchronization(
                    isRegistered: registered != nil,
                    linkRole: work.0.linkRole,
                    procedures: work.2.mapValues(\.renewal),
                    settings: work.3
                )
                let there = try Self.settings("cronmill_cron.processor", where: "p.work_database_id = \(id)", session)
                found.compare(work.1, there, database: database)
                let permitted: Set<String> = Set(
                    try session.query(
                        "select a.role_name from cronmill_cron.run_as as a where a.work_database_id = \(id)"
                    ).map { try $0.get("role_name") }
                )
                found.unpermitted = Set(work.1.values.map { $0["run_as"] ?? "" }).subtracting(permitted).sorted()
                for row in try session.query(
                    "select d.database_name, d.processor, d.slot, d.difference from cronmill_cron.differences(\([database])) as d"
                ) {
                    found.differences.append(
                        Difference(
                            database: try row.get("database_name"),
                            processor: try row.get("processor"),
                            slot: try row.get("slot"),
                            text: try row.get("difference")
                        )
                    )
                }
                for (name, procedure) in work.2.sorted(by: { $0.key < $1.key }) {
                    guard let text = procedure.difference else { continue }
                    found.differences.append(Difference(database: database, processor: name, text: text))
                }
                // Jobs of a processor that neither half knows.
                let nowhere = Set(found.differences.filter { $0.database == database }.map(\.processor))
                    .subtracting(work.1.keys).subtracting(found.strays)
                found.strays += nowhere.filter { !$0.isEmpty }.sorted()
                return found
            }
        }
    }

    private static func settings(
        _ table: String,
        where condition: SQL,
        _ session: Session
    ) throws -> [String: [String: String]] {
        let rows = try session.query(
            """
            select p.name, p.enabled, p.slots, p.schedule, p.linger, p.run_as
            from \(unsafeRaw: table) as p where \(sql: condition)
            """
        )
        var settings: [String: [String: String]] = [:]
        for row in rows {
            settings[try row.get("name")] = Dictionary(
                uniqueKeysWithValues: row.columns.dropFirst().map { ($0, row[$0] ?? "") }
            )
        }
        return settings
    }
}

/// What comparing the halves of one work database found.
private struct Synchronization: Sendable {
    var isRegistered: Bool
    var linkRole: String?
    /// Processors of the work database; with the text of their procedure where it has to be made anew.
    var procedures: [String: SQL?]
    /// What the registry has to be told of each of them.
    var settings: [String: RegistrySettings]
    var differences: [Difference] = []
    /// Processors the registry has and the work database has not.
    var strays: [String] = []
    /// Run-as roles the registry does not permit.
    var unpermitted: [String] = []

    mutating func compare(_ here: [String: [String: String]], _ there: [String: [String: String]], database: String) {
        func note(_ processor: String, _ text: String) {
            differences.append(Difference(database: database, processor: processor, text: text))
        }
        for (name, settings) in here.sorted(by: { $0.key < $1.key }) {
            guard let registered = there[name] else {
                note(name, "the registry does not know it")
                continue
            }
            for (column, value) in settings.sorted(by: { $0.key < $1.key }) where registered[column] != value {
                note(name, "\(column) is \(value), the registry has \(registered[column] ?? "nothing")")
            }
        }
        strays = there.keys.filter { here[$0] == nil }.sorted()
        for name in strays { note(name, "the registry has it, the work database does not") }
    }
}

/// Whether a processor's procedure is what would be generated for it.
private struct ProcedureState: Sendable {
    /// What is wrong with it.
    var difference: String?
    /// Its text, if it has to be made anew.
    var renewal: SQL?

    static func all(_ session: Session) throws -> [String: ProcedureState] {
        let names: [String] = try session.query("select p.name from cronmill.processor as p").map { try $0.get("name") }
        var states: [String: ProcedureState] = [:]
        for name in names {
            var request = ProcessorRequest()
            request.processor = try ObjectName(name, of: "processor")
            guard let row = try ProcessorRow.find(request, session: session) else { continue }
            do {
                let query = try QueryHandler.find(request, row: row, session: session)
                let handler = try query?.function ?? HandlerFunction.find(row.handler, session: session)
                let text = try handler.procedure(of: name)
                if let query, let difference = try query.difference {
                    let renewal: SQL = "\(sql: try query.handlerText)\(sql: text)\(sql: .grantQuery(name))"
                    states[name] = ProcedureState(difference: difference, renewal: renewal)
                } else if let installed = row.procedureText, HandlerFunction.isBody(installed, of: text) {
                    states[name] = ProcedureState()
                } else {
                    let what = row.procedureText == nil ? "its procedure is gone" : "its procedure was changed by hand"
                    states[name] = ProcedureState(difference: what, renewal: text)
                }
            } catch let error as CronmillError {
                states[name] = ProcedureState(difference: error.message)
            }
        }
        return states
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Plans what applies an export of settings to a work database; an empty plan says that nothing has to change.
    ///
    /// The text is SQL and is executed as it stands, with the rights of the connecting role, in one transaction: whoever
    /// imports a file trusts it as one run with psql. It is tried in transactions that are rolled back, by the rules
    /// everything else has to meet: roles, handlers, schedules, capacity.
    ///
    /// - Throws: `CronmillError` for a text that is no export, and where nothing is set up; `PostgresError`, with an
    ///   SQLSTATE of class `MC` for what a rule refuses.
    public func planImport(_ text: String, database: String) async throws -> Plan {
        let script = try SettingsScript(text)
        let work = try await inWork(database) { session in
            try WorkState.checkOwner(of: database, session)
            return try WorkInspection(state: WorkState.inspect(session), session: session, request: nil)
        }
        let cron = try await inCron { try CronInspection.ofRegistered(database, $0) }
        // What it warns of is told when it is done.
        var quiet = self
        quiet.onNotice = { _ in }
        let trial = try await quiet.tryOut(script, as: work.state.user, database: database)
        var plan = Plan()
        // In another's database it is not the script alone that decides.
        for role in Set(trial.changed.values).sorted() where cron.trusts(work.state) {
            try plan.permit(role, for: database, cron: cron)
        }
        for grantee in trial.grantees where !cron.grantees.contains(grantee) {
            plan.showJobs(of: database, to: grantee, in: cronDatabase)
        }
        guard trial.changes else { return plan }
        let permission = plan.steps
        let names = trial.changed.keys.sorted()
        plan.add(
            "import settings" + (names.isEmpty ? "" : ", changing processors: \(names.joined(separator: ", "))"),
            in: database,
            SQL(unsafeRaw: script.body)
        )
        let rehearsal = Rehearsal(
            cron: cron,
            work: work,
            processors: names,
            registry: [],
            permission: permission,
            change: plan.steps.suffix(1),
            all: plan.steps
        )
        plan.obstacle = try await quiet.obstacle(to: rehearsal)
        return try await bypassingLink(plan, of: database)
    }

    /// What the script does in the work database.
    private struct Trial: Sendable {
        var changes: Bool
        /// Processors it makes or changes, and the roles they run as.
        var changed: [String: String]
        /// Operators and monitors there are afterwards.
        var grantees: [Grantee]
    }

    /// Does it and rolls it back. The registry is not told yet: which roles it has to permit is learned here.
    private func tryOut(_ script: SettingsScript, as user: String, database: String) async throws -> Trial {
        try await with(connectWork(database)) { connection in
            try await refusing {
                try await connection.run { session in
                    try session.tryOut {
                        let before = try Snapshot(session)
                        try session.perform(.tellingRegistryOtherwise)
                        // In EXECUTE a COMMIT is an error.
                        try session.script("do \("begin execute \(script.body.quotedLiteral); end".quotedLiteral)")
                        let after = try Snapshot(session)
                        return Trial(
                            changes: before != after,
                            changed: after.processors.filter { before.processors[$0.key] != $0.value }
                                .mapValues(\.runAs),
                            grantees: try Grantee.all(session)
                        )
                    }
                }
            }
        }
    }

    /// All that an import may change, so that two can be compared.
    private struct Snapshot: Hashable {
        struct Processor: Hashable {
            let runAs: String
            let settings: String
        }
        let processors: [String: Processor]
        let rest: String?

        init(_ session: Session) throws {
            let rows = try session.query(
                """
                select p.name, p.run_as,
                    (to_jsonb(p) - 'processor_id' - 'created_at' - 'changed_at')::text as settings
                from cronmill.processor as p
                """
            ).map { row in
                try (
                    row.get("name", as: String.self), Processor(runAs: row.get("run_as"), settings: row.get("settings"))
                )
            }
            processors = Dictionary(rows) { first, _ in first }
            rest = try session.one(.importState).get("rest")
        }
    }
}

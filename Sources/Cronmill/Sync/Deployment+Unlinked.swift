internal import Postgres

extension Deployment {
    /// A plan that does the same where the link of the work database cannot log in: the work database is told that the
    /// registry is told otherwise, and the registry is told in the cron database, by the same functions. The plan is
    /// given back as it is where the link works, or is not this role's to use.
    ///
    /// The work database is changed first: it is the source of truth, so `sync` completes what was ended in between.
    /// What the registry would refuse is refused here, before anything is done.
    ///
    /// - Throws: what the registry, or a trigger, has against the change: `CronmillError`, `PostgresError`.
    func bypassingLink(_ plan: Plan, of database: String) async throws -> Plan {
        // A plan that commits on its way makes the link.
        guard plan.obstacle == nil, database != cronDatabase, !plan.steps.contains(where: \.commits),
            plan.steps.contains(where: { $0.database == database })
        else { return plan }
        let work = plan.steps.filter { $0.database == database }
        let told: ([String: RegistrySettings], [String: RegistrySettings])? = try await retryingSerialization {
            try await inWork(database) { session in
                let state = try WorkState.inspect(session)
                guard state.isInstalled, state.isLinked == true, state.hasLink, state.hasRegistry,
                    try !Self.linkWorks(session)
                else { return nil }
                let before = try RegistrySettings.all(session)
                let after = try session.tryOut {
                    try session.perform(.tellingRegistryOtherwise)
                    try work.perform(session)
                    return try RegistrySettings.all(session)
                }
                return (before, after)
            }
        }
        guard let (before, after) = told, before != after else { return plan }
        var unlinked = Plan()
        for step in plan.steps where step.database != database {
            unlinked.add(step.title, in: step.database, statements: step.statements)
        }
        unlinked.add(
            "say that the registry is told without the link, which cannot log in",
            in: database,
            .tellingRegistryOtherwise
        )
        for step in work { unlinked.add(step.title, in: database, statements: step.statements) }
        var cron = Plan()
        for settings in after.values.sorted(by: { $0.name < $1.name }) where before[settings.name] != settings {
            cron.tell(settings, in: cronDatabase)
        }
        for name in before.keys.sorted() where after[name] == nil {
            cron.strikeOut(name, of: database, in: cronDatabase)
        }
        let (steps, others) = (cron.steps, plan.steps.filter { $0.database == cronDatabase })
        try await retryingSerialization {
            try await inCron { session in
                try session.tryOut {
                    try others.perform(session)
                    try steps.perform(session)
                }
            }
        }
        unlinked.append(cron)
        for remark in plan.remarks { unlinked.remark(remark) }
        unlinked.remark(
            "The link of database \"\(database)\" cannot log in; renew its password: "
                + "cronmill rotate-password --database \(database.shellWord)"
        )
        return unlinked
    }
}

extension SQL {
    /// Says to the trigger of processors that the registry is told in another way in this transaction, or not at all.
    static let tellingRegistryOtherwise: SQL =
        "select set_config('cronmill.registry_is_told', pg_current_xact_id()::text, true)"
}

extension Deployment {
    /// Whether the link of this work database can log in. Only the owner of its user mapping can try.
    private static func linkWorks(_ session: Session) throws -> Bool {
        do {
            try session.execute("select from cronmill.registry as r limit 1")
            return true
        } catch  where error.sqlState?.isClass("08") == true {
            return false
        } catch  where error.sqlState == .insufficientPrivilege {
            return true
        }
    }
}

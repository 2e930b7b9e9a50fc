internal import Postgres

extension Deployment {
    /// Compares the processors, functions and version of a work database with the registry and with what this program
    /// installs, and the registry with `cron.job`; plans what makes them agree. The work database is the source of truth.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func comparison(of database: String) async throws -> Comparison {
        let found = try await synchronization(of: database)
        var plan = Plan()
        if let renewal = found.registryRenewal { plan.renew(renewal, in: cronDatabase) }
        if let renewal = found.work.renewal { plan.renew(renewal, in: database) }
        if found.mustRegister { plan.register(database, linkRole: found.linkRole, in: cronDatabase) }
        for role in found.permissible { try plan.permit(role, for: database, cron: found.cron) }
        for grantee in found.grantees { plan.showJobs(of: database, to: grantee, in: cronDatabase) }
        for name in found.strays { plan.strikeOut(name, of: database, in: cronDatabase) }
        let drifted = found.drifted
        for name in drifted {
            if let text = found.work.procedures[name]?.renewal { plan.generate(text, of: name, in: database) }
        }
        // Not through the link, which may be what is broken.
        for name in drifted {
            guard let settings = found.work.settings[name], !found.withheld.contains(settings.runAs) else { continue }
            plan.tell(settings, in: cronDatabase)
        }
        if found.differences.contains(where: { $0.slot == 0 && $0.command == nil }) {
            plan.renewHousekeeper(in: cronDatabase)
        }
        do {
            // What a superuser makes would act as the superuser.
            try found.work.state.checkOwner(of: plan)
            try found.cron.state.checkOwner(of: plan)
        } catch let error as CronmillError {
            plan.obstacle = error
        }
        return Comparison(differences: found.differences, plan: plan, isAboutFunctions: found.isAboutFunctions)
    }

    /// What became of a registered work database that is not there by its name any more.
    ///
    /// - Returns: nil if it is there, or is not registered.
    /// - Throws: `PostgresError`.
    public func fate(of database: String) async throws -> DatabaseFate? {
        try await inCron { session in
            guard try CronState.glance(session).isInstalled,
                let row = try session.query(
                    """
                    select d.datname from cronmill_cron.work_database as w
                    left join pg_catalog.pg_database as d on d.oid = w.database_oid
                    where w.name = \(database)
                        and not exists (select from pg_catalog.pg_database as d where d.datname = w.name)
                    """
                ).first
            else { return nil }
            return try row.get("datname", as: String?.self).map { .renamed(to: $0) } ?? .dropped
        }
    }

    private func synchronization(of database: String) async throws -> Synchronization {
        let work = try await inWork(database) { session in
            try WorkSide(session, files: sqlFiles, isLinked: database != cronDatabase)
        }
        return try await inCron { session in
            let state = try CronState.inspect(session, sqlFiles)
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
            let cron = try CronInspection(state: state, session: session, database: database)
            try cron.checkSame(database)
            var found = Synchronization(work: work, cron: cron, database: database)
            try found.compare(files: sqlFiles, session)
            return found
        }
    }
}

/// What differs in a work database, and what repairs it.
public struct Comparison: Sendable {
    /// A sentence each.
    public let differences: [Difference]
    /// What repairs them, but for those that have a command of their own.
    public let plan: Plan
    /// Whether functions of ours were changed: then nothing else was compared, because that is done by these functions.
    public let isAboutFunctions: Bool
}

/// What became of a database.
public enum DatabaseFate: Sendable, Hashable {
    /// There is no database of its name.
    case dropped
    /// It has another name now.
    case renamed(to: String)
}

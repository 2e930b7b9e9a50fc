internal import Postgres
internal import SQLFiles

extension Migration {
    /// Installs the registry in the new database and gives it the rows of the old one, which stays as it is.
    func carryRegistry() async throws -> String? {
        let rows = try await onOld { try RegistryRows($0) }
        guard let rows else { return "there is none" }
        let cron = try await onNew { session in
            try CronInspection(state: CronState.inspect(session, to.sqlFiles), session: session, database: oldDatabase)
        }
        var plan = Plan()
        try plan.installCron(cron, files: to.sqlFiles, request: SetupRequest())
        // All of it again, if it was cut off or somebody has set up something here meanwhile.
        plan.add(
            "carry the rows of the registry",
            in: newDatabase,
            statements: try rows.statements(old: oldDatabase, new: newDatabase)
        )
        try await to.apply(plan)
        return rows.workDatabases.counted("work database")
    }

    /// Leads every work database to the registry of a deployment. A work database that has the registry in itself needs no link.
    ///
    /// - Throws: the error of the first one that could not be led there; the others are.
    func link(to deployment: Deployment, isRollback: Bool) async throws -> String? {
        var failure: (any Error)?
        let databases = try await workDatabases(of: deployment)
        for database in databases {
            do {
                if isRollback {
                    try await linkBack(database)
                } else {
                    try await link(database)
                }
            } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
                remark(
                    "database \(database) is gone; strike it out with: \(String.syncing(database))"
                )
            } catch {
                remark("database \(database): \(error)")
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return databases.isEmpty ? nil : databases.joined(separator: ", ")
    }

    private func workDatabases(of deployment: Deployment) async throws -> [String] {
        try await deployment.inCron { session in
            guard try CronState.glance(session).isInstalled else { return [] }
            return try session.query("select w.name from cronmill_cron.work_database as w order by w.name").map {
                try $0.get("name")
            }
        }
    }

    private func link(_ database: String) async throws {
        guard let before = try await installation(of: database) else { return }
        try await record(
            """
            insert into cronmill_migration.work_database (name, linked, link_role, made_postgres_fdw)
            values (\(database), \(before.isLinked), \(before.linkRole), \(before.madeWrapper))
            on conflict on constraint work_database_pkey do nothing
            """
        )
        var after = before
        after.cronDatabase = newDatabase
        after.isLinked = database != newDatabase
        after.linkRole = after.isLinked ? before.linkRole ?? LinkRole.name(for: database) : nil
        after.madeWrapper = before.madeWrapper || after.isLinked && !before.hasWrapper
        try await set(after, wasLinked: before.isLinked, of: database, in: to)
    }

    private func linkBack(_ database: String) async throws {
        let row = try await onOld { session in
            try session.query(
                """
                select w.linked, w.link_role, w.made_postgres_fdw
                from cronmill_migration.work_database as w where w.name = \(database)
                """
            ).first
        }
        guard let row, let present = try await installation(of: database) else { return }
        var before = present
        before.cronDatabase = oldDatabase
        before.isLinked = try row.get("linked")
        before.linkRole = try row.get("link_role")
        before.madeWrapper = try row.get("made_postgres_fdw")
        // A link that was there is there still.
        try await set(before, wasLinked: true, of: database, in: from)
        guard !before.isLinked else { return }
        var plan = Plan()
        plan.add("drop the link", in: database, "drop server if exists cronmill cascade")
        if present.madeWrapper, !before.madeWrapper {
            plan.add(
                "drop extension postgres_fdw, which the move made",
                in: database,
                "drop extension if exists postgres_fdw"
            )
        }
        try await from.apply(plan)
    }

    /// Says where the registry is, and makes the link to it if it is elsewhere.
    private func set(
        _ installation: LinkState,
        wasLinked: Bool,
        of database: String,
        in deployment: Deployment
    ) async throws {
        var plan = Plan()
        plan.add(
            "say where the registry is",
            in: database,
            """
            update cronmill.installation
            set cron_database = \(installation.cronDatabase), linked = \(installation.isLinked),
                link_role = \(installation.linkRole), made_postgres_fdw = \(installation.madeWrapper)
            """
        )
        if installation.isLinked, !wasLinked {
            plan.add("drop what is left of an earlier link", in: database, "drop server if exists cronmill cascade")
        }
        try await deployment.apply(plan)
        var request = SetupRequest()
        request.linkHost = installation.isLinked ? installation.host : nil
        let setup = try await deployment.planSetup(request, database: database)
        for remark in setup.remarks { self.remark("database \(database): \(remark)") }
        try await deployment.apply(setup)
    }

    private func installation(of database: String) async throws -> LinkState? {
        try await from.inWork(database) { session in
            guard try WorkState.glance(session).isInstalled else { return nil }
            return try LinkState(session)
        }
    }

    /// Drops what a work database keeps of its link until it cannot be taken back any more: that of the new cron
    /// database, which has the registry in itself now.
    ///
    /// - Returns: the plan, and the link's role, which can be dropped when nothing is left that was granted to it.
    func planDropOldLink() async throws -> (Plan, role: String?) {
        var plan = Plan()
        let row = try await onOld { session in
            try session.query(
                """
                select w.link_role, w.made_postgres_fdw from cronmill_migration.work_database as w
                where w.name = \(newDatabase) and w.linked
                """
            ).first
        }
        guard let row else { return (plan, nil) }
        plan.add(
            "drop the link of database \(newDatabase), which needs none",
            in: newDatabase,
            "drop server if exists cronmill cascade"
        )
        if try row.get("made_postgres_fdw") {
            plan.add(
                "drop extension postgres_fdw, which setup made",
                in: newDatabase,
                "drop extension if exists postgres_fdw",
                "update cronmill.installation set made_postgres_fdw = false"
            )
        }
        return (plan, try row.get("link_role"))
    }

    /// Brings the registry of a deployment up to date with the work databases, which are the source of truth.
    func settle(in deployment: Deployment) async throws -> String? {
        var changes = 0
        for database in try await workDatabases(of: deployment) {
            do {
                let plan = try await deployment.comparison(of: database).plan
                for step in plan.steps { remark("\(step.database): \(step.title)") }
                changes += plan.steps.count
                try await deployment.apply(plan)
            } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
                remark(
                    "database \(database) is gone; strike it out with: \(String.syncing(database))"
                )
            }
        }
        try await resume()
        return changes == 0 ? "nothing to change" : changes.counted("change")
    }
}

extension Plan {
    mutating func dropRole(_ role: String, in database: String) {
        add("drop the link's role", in: database, "drop role if exists \(identifier: role)")
    }
}

/// How a work database reaches its registry.
private struct LinkState: Sendable {
    var cronDatabase: String
    var isLinked: Bool
    var linkRole: String?
    var madeWrapper: Bool
    var hasWrapper: Bool
    /// Address at which the server reaches itself, if there is a link.
    var host: String?

    init(_ session: Session) throws {
        let row = try session.one(
            """
            select i.cron_database, i.linked, i.link_role, i.made_postgres_fdw,
                exists (select from pg_catalog.pg_extension as e where e.extname = 'postgres_fdw') as has_wrapper,
                (
                    select substr(o.option, length('host=') + 1)
                    from pg_catalog.pg_foreign_server as s
                    cross join lateral unnest(s.srvoptions) as o (option)
                    where s.srvname = 'cronmill' and o.option like 'host=%'
                ) as host
            from cronmill.installation as i
            """
        )
        cronDatabase = try row.get("cron_database")
        isLinked = try row.get("linked")
        linkRole = try row.get("link_role")
        madeWrapper = try row.get("made_postgres_fdw")
        hasWrapper = try row.get("has_wrapper")
        host = try row.get("host")
    }
}

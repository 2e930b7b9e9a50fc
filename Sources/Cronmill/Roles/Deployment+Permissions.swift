internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Looks at both sides and says of every role what it has, lacks, and has for nothing, and of pg_cron what is not as
    /// it has to be. Changes nothing.
    ///
    /// - Parameters:
    ///   - databases: the work databases.
    ///   - runAs: the role that is to do tasks of those that are not set up yet.
    /// - Returns: a report even if some work databases cannot be looked into.
    /// - Throws: `CronmillError` for a role that may not look; `PostgresError` if the cron database cannot be reached.
    public func checkPermissions(databases: [String], runAs: String? = nil) async throws -> PermissionReport {
        var report = PermissionReport()
        let cron = try await inCron { try CronFacts($0) }
        report.users[cron.database] = .init(name: cron.user, isSuperuser: cron.isSuperuser)
        var inspection = PermissionInspection(cron: cron)
        var needs: [PermissionFinding] = []
        for result in await forEach(
            databases,
            { database in try await inWork(database) { try WorkFacts.read($0) } }
        ) {
            switch result.outcome {
            case .success(let work?):
                inspection.works.append(work)
                report.users[work.database] = .init(name: work.user, isSuperuser: work.isSuperuser)
            case .success(nil):
                needs += try await needsOfSetup(result.database, runAs: runAs)
                report.remarks.append(
                    "Database \"\(result.database)\" is not set up yet: "
                        + "cronmill setup --database \(result.database.shellWord)"
                )
            case .failure(let error):
                report.failures.append(DatabaseResult(database: result.database, outcome: .failure(error)))
            }
        }
        inspection.roles = try await inCron { try RoleFacts.all($0) }
        report.findings = needs.reduce(into: inspection.findings) { if !$0.contains($1) { $0.append($1) } }
        report.remarks += inspection.remarks
        return report
    }

    /// Runs remedies, each in a transaction of its own.
    ///
    /// - Parameters:
    ///   - remedies: what to run, in this order.
    ///   - onRemedy: told of each before it is run.
    /// - Throws: the error of the first that fails; those before it are done.
    public func apply(_ remedies: [Remedy], onRemedy: (Remedy) -> Void = { _ in }) async throws {
        for remedy in remedies {
            onRemedy(remedy)
            try await inDatabase(remedy.database) { try $0.script(remedy.sql) }
        }
    }
}

extension PrivilegeFacts {
    /// Those of `cronmill` or `cronmill_cron`.
    init(schema: String, _ session: Session) throws {
        wanted = try session.query(.privilegesHeld(schema: "\(identifier: schema)")).map { row in
            try Wanted(
                role: row.get("role_name"),
                part: row.get("part"),
                target: row.get("target"),
                isHeld: row.get("is_held")
            )
        }
        granted = try session.query(
            "select g.role_name, g.target from \(identifier: schema).granted_privileges() as g"
        ).map { try Granted(role: $0.get("role_name"), target: $0.get("target")) }
    }
}

extension RoleFacts {
    /// All roles of the server that are not PostgreSQL's own.
    static func all(_ session: Session) throws -> [String: RoleFacts] {
        let rows = try session.query(.roleFacts)
        return try rows.reduce(into: [:]) { roles, row in
            let role = try RoleFacts(
                name: row.get("rolname"),
                canLogin: row.get("rolcanlogin"),
                isSuperuser: row.get("rolsuper"),
                isCreator: row.get("rolcreaterole"),
                attributes: row.get("attributes"),
                memberOf: row.get("groups"),
                connectable: Set(row.get("connectable", as: [String].self))
            )
            roles[role.name] = role
        }
    }
}

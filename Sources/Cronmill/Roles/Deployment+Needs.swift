internal import Postgres
internal import SQLFiles

extension Deployment {
    /// What set-up of a work database will take, before anything exists: of who installs, on both sides, and of the role
    /// that is to do the tasks.
    func needsOfSetup(_ database: String, runAs: String?) async throws -> [PermissionFinding] {
        let isLinked = database != cronDatabase
        var findings = try await inCron { try SetupNeeds($0).ofCron(runAs: runAs, work: database) }
        findings += try await inWork(database) { try SetupNeeds($0).ofWork(isLinked: isLinked) }
        return findings
    }
}

/// What roles need that set a processor up.
private struct SetupNeeds {
    let session: Session

    init(_ session: Session) { self.session = session }

    func ofCron(runAs: String?, work: String) throws -> [PermissionFinding] {
        var findings: [PermissionFinding] = []
        if let runAs {
            let row = try session.query(
                """
                select r.rolcanlogin as may_login, has_database_privilege(r.oid, d.oid, 'connect') as may_connect
                from pg_catalog.pg_roles as r
                cross join pg_catalog.pg_database as d
                where r.rolname = \(runAs) and d.datname = \(work)
                """
            ).first
            let name = Identifier(runAs).quoted
            findings.append(
                .needed(
                    "may log in, as pg_cron lets it",
                    isThere: try row?.get("may_login") ?? false,
                    in: session.database,
                    role: runAs,
                    Remedy(
                        sql: row == nil ? "create role \(name) login;" : "alter role \(name) login;",
                        database: session.database,
                        executor: .superuser
                    )
                )
            )
            guard let row else { return findings }
            let target = "connect on database \(Identifier(work).quoted)"
            findings.append(
                .needed(
                    target,
                    isThere: try row.get("may_connect"),
                    in: session.database,
                    role: runAs,
                    .grant(target, to: runAs, in: session.database)
                )
            )
        }
        // Where there is no pg_cron yet, set-up makes it or says who has to; a superuser acts for all roles.
        findings += try session.query(.setupPrivileges(runAs: runAs)).map { row in
            let role: String = try row.get("role_name")
            let target: String = try row.get("target")
            return try .needed(
                target,
                isThere: row.get("is_held"),
                in: session.database,
                role: role,
                .grant(target, to: role, in: session.database)
            )
        }
        return findings
    }

    func ofWork(isLinked: Bool) throws -> [PermissionFinding] {
        let row = try session.one(
            """
            select r.rolname, r.rolsuper, r.rolcreaterole,
                has_database_privilege(current_database(), 'create') as may_create,
                exists (select from pg_catalog.pg_extension as e where e.extname = 'postgres_fdw') as has_wrapper,
                coalesce((
                    select has_foreign_data_wrapper_privilege(w.oid, 'usage')
                    from pg_catalog.pg_foreign_data_wrapper as w where w.fdwname = 'postgres_fdw'
                ), false) as may_use_wrapper
            from pg_catalog.pg_roles as r where r.rolname = current_user
            """
        )
        let role: String = try row.get("rolname")
        guard try !row.get("rolsuper", as: Bool.self) else { return [] }
        let target = "create on database \(Identifier(session.database).quoted)"
        var findings: [PermissionFinding] = [
            .needed(
                target,
                isThere: try row.get("may_create"),
                in: session.database,
                role: role,
                .grant(target, to: role, in: session.database)
            )
        ]
        guard isLinked else { return findings }
        findings.append(
            .needed(
                "may create roles (for the link)",
                isThere: try row.get("rolcreaterole"),
                in: session.database,
                role: role,
                .creatingRoles(by: role, in: session.database)
            )
        )
        if try !row.get("has_wrapper", as: Bool.self) {
            let remedy = Remedy.creating(extension: "postgres_fdw", in: session.database)
            findings.append(.needed("extension postgres_fdw", isThere: false, in: session.database, role: role, remedy))
        }
        findings.append(
            .needed(
                "usage on foreign data wrapper postgres_fdw",
                isThere: try row.get("may_use_wrapper"),
                in: session.database,
                role: role,
                .usingWrapper(by: role, in: session.database)
            )
        )
        return findings
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Plans what gives a role a part in a work database; an empty plan says that it has it already.
    ///
    /// - Throws: `CronmillError` where nothing is set up, or for a role or queue that is not there; `PostgresError`.
    public func planGrant(_ part: RolePart, to role: String, database: String) async throws -> Plan {
        var plan = Plan()
        let cron = try await inspectCron(database, role: role)
        switch part {
        case .runAs:
            try plan.permit(role, for: database, cron: cron.inspection)
        case .producer(let queues):
            for queue in queues {
                guard try await !has(role, part, queue: queue, database: database) else { continue }
                plan.add(
                    "let role \(role) enqueue to queue \(queue)",
                    in: database,
                    "select cronmill.grant_part(\(literal: role), 'producer', \(literal: queue))"
                )
            }
        case .operator, .monitor:
            if try await !has(role, part, queue: nil, database: database) {
                plan.add(
                    "make role \(role) \(part.indefinite)",
                    in: database,
                    "select cronmill.grant_part(\(literal: role), \(literal: part.name))"
                )
            }
            let granted = Grantee(role: role, part: part.name)
            if !cron.inspection.grantees.contains(granted) || cron.lacksPrivileges {
                plan.showJobs(of: database, to: granted, in: cronDatabase)
            }
        }
        for needed in part.needsCron ? [database, cronDatabase] : [database] where !cron.connectable.contains(needed) {
            plan.remark(
                "Role \"\(role)\" may not connect to database \"\(needed)\": "
                    + Remedy.grant("connect on database \(Identifier(needed).quoted)", to: role, in: needed).sql
            )
        }
        return plan
    }

    /// Plans what takes a part back; an empty plan says that the role does not have it.
    ///
    /// - Parameters:
    ///   - part: a producer of no queue in particular stands for all its queues.
    ///   - role: the role that has it.
    ///   - database: the work database.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func planRevoke(_ part: RolePart, from role: String, database: String) async throws -> Plan {
        var plan = Plan()
        let cron = try await inspectCron(database, role: nil)
        switch part {
        case .runAs:
            guard cron.inspection.permittedRoles.contains(role) else { return plan }
            plan.add(
                "let no job of database \(database) run as role \(role)",
                in: cronDatabase,
                "select cronmill_cron.forbid_run_as(\(literal: database), \(literal: role))"
            )
        case .producer(let queues):
            let held = try await queuesOfProducer(role, database: database)
            for queue in queues where !held.contains(queue) {
                try await inWork(database) { try Queue.check(queue, $0) }
            }
            for queue in held where queues.isEmpty || queues.contains(queue) {
                plan.add(
                    "let role \(role) no longer enqueue to queue \(queue)",
                    in: database,
                    "select cronmill.revoke_part(\(literal: role), 'producer', \(literal: queue))"
                )
            }
        case .operator, .monitor:
            if try await has(role, part, queue: nil, database: database, complete: false) {
                plan.add(
                    "take it from role \(role) to be \(part.indefinite)",
                    in: database,
                    "select cronmill.revoke_part(\(literal: role), \(literal: part.name))"
                )
            }
            if cron.inspection.grantees.contains(.init(role: role, part: part.name)) {
                plan.add(
                    "let role \(role) no longer see the jobs and runs of database \(database)",
                    in: cronDatabase,
                    "select cronmill_cron.revoke_part(\(literal: database), \(literal: role), \(literal: part.name))"
                )
            }
        }
        return plan
    }

    /// Whether the role has the part already; if `complete`, with all privileges that go with it.
    private func has(
        _ role: String,
        _ part: RolePart,
        queue: String?,
        database: String,
        complete: Bool = true
    ) async throws -> Bool {
        try await inWork(database) { session in
            try WorkState.checkOwner(of: database, session)
            if let queue { try Queue.check(queue, session) }
            return try session.one(.hasPart(role: role, part: part.name, queue: queue, complete: complete)).get("has")
        }
    }

    private func queuesOfProducer(_ role: String, database: String) async throws -> [String] {
        try await inWork(database) { session in
            try WorkState.checkOwner(of: database, session)
            return try session.query(
                """
                select q.name from cronmill.grantee as g join cronmill.queue as q on q.queue_id = g.queue_id
                where g.role_name = \(role) order by q.name
                """
            ).map { try $0.get("name") }
        }
    }

    private struct CronGrants: Sendable {
        var inspection: CronInspection
        var lacksPrivileges: Bool
        /// Databases the role may connect to.
        var connectable: Set<String>
    }

    /// What the cron database says of a role; nil for one that need not exist.
    private func inspectCron(_ database: String, role: String?) async throws -> CronGrants {
        try await inCron { session in
            let inspection = try CronInspection.ofRegistered(database, session)
            var grants = CronGrants(inspection: inspection, lacksPrivileges: false, connectable: [])
            guard let role else { return grants }
            guard try !session.query("select from pg_catalog.pg_roles as r where r.rolname = \(role)").isEmpty
            else { throw CronmillError.unknownRole(role) }
            grants.connectable = Set(
                try session.query(
                    """
                    select d.datname from pg_catalog.pg_database as d
                    where d.datname in (\(database), \(cronDatabase))
                        and has_database_privilege(\(role), d.oid, 'connect')
                    """
                ).map { try $0.get("datname") }
            )
            grants.lacksPrivileges = try !session.query(
                """
                select w.target from cronmill_cron.wanted_privileges() as w
                where w.role_name = \(role) and w.part in ('operator', 'monitor')
                except
                select g.target from cronmill_cron.granted_privileges() as g where g.role_name = \(role)
                """
            ).isEmpty
            return grants
        }
    }
}

extension RolePart {
    /// Whether it has something to see in the cron database.
    fileprivate var needsCron: Bool {
        switch self {
        case .operator, .monitor: true
        case .producer, .runAs: false
        }
    }
}

extension Plan {
    /// A monitor or operator of the work database sees its jobs and runs.
    mutating func showJobs(of database: String, to grantee: Grantee, in cronDatabase: String) {
        add(
            "let role \(grantee.role) see the jobs and runs of database \(database)",
            in: cronDatabase,
            "select cronmill_cron.grant_part(\(literal: database), \(literal: grantee.role), \(literal: grantee.part))"
        )
    }
}

extension CronmillError {
    /// A role that is not there.
    static func unknownRole(_ role: String) -> CronmillError {
        CronmillError(
            .failed,
            "role \"\(role)\" does not exist",
            hint: "create role \(Identifier(role).quoted) login;"
        )
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Alarms that may be seen, the newest first; those of the server always.
    ///
    /// - Parameters:
    ///   - databases: of these work databases; nil is all.
    ///   - withHistory: also those that are over, of the last ninety days.
    /// - Throws: `CronmillError` if nothing is installed, or the role is no monitor, or for a database that is not
    ///   registered or may not be seen; `PostgresError`.
    public func alarms(databases: [String]? = nil, withHistory: Bool = false) async throws -> [Alarm] {
        try await inRegistry(for: .monitor, of: databases) { session in
            try Self.alarms(of: databases, withHistory: withHistory, session)
        }
    }

    static func alarms(of databases: [String]?, withHistory: Bool = false, _ session: Session) throws -> [Alarm] {
        try Visibility(session).check(databases, "alarms")
        return try session.query(
            """
            select a.alarm_id, a.kind, a.database_name, a.processor, a.detail, a.acknowledged_by, a.tell_error,
                \(sql: ServerTime.columns("a.raised_at", as: "raised_at")),
                \(sql: ServerTime.columns("a.cleared_at", as: "cleared_at")),
                \(sql: ServerTime.columns("a.acknowledged_at", as: "acknowledged_at"))
            from cronmill_cron.alarms(\(databases), \(withHistory)) as a
            """
        ).map { row in
            try Alarm(
                id: row.get("alarm_id"),
                kind: row.get("kind"),
                database: row.get("database_name"),
                processor: row.get("processor"),
                detail: row.get("detail"),
                raisedAt: row.requiredTime("raised_at"),
                clearedAt: row.time("cleared_at"),
                acknowledgedAt: row.time("acknowledged_at"),
                acknowledgedBy: row.get("acknowledged_by"),
                deliveryError: row.get("tell_error")
            )
        }
    }

    /// Notes that somebody knows of alarms. They stay until what raised them is over.
    ///
    /// - Parameters:
    ///   - ids: which; nil is all that are raised and that the role may acknowledge.
    ///   - databases: of these work databases; nil is all, and the server.
    /// - Returns: the numbers of those that were not acknowledged before.
    /// - Throws: `CronmillError` for one that is not raised, or that the role may not acknowledge; `PostgresError`.
    public func acknowledgeAlarms(_ ids: [Int64]?, databases: [String]? = nil) async throws -> [Int64] {
        try await inRegistry(for: .operator, of: databases) { session in
            try Visibility(session).check(databases, "alarms")
            let acknowledged: [Int64] = try session.query(
                "select k.id from cronmill_cron.acknowledge_alarms(\(ids), \(databases)) as k (id)"
            ).map { try $0.get("id") }
            for id in ids ?? [] where !acknowledged.contains(id) {
                let row = try session.query(
                    """
                    select a.cleared_at is not null as is_over, a.acknowledged_at is not null as is_known, a.database_name
                    from cronmill_cron.alarms(null, true) as a
                    where a.alarm_id = \(id)
                    """
                ).first
                guard let row else {
                    throw CronmillError(
                        .failed,
                        "there is no alarm \(id), or it may not be seen",
                        hint: "cronmill alarms --all --history",
                        database: cronDatabase,
                        sqlState: .undefinedObject
                    )
                }
                if try row.get("is_over") || row.get("is_known") { continue }
                let database: String? = try row.get("database_name")
                throw CronmillError(
                    .failed,
                    "you may not acknowledge alarm \(id)",
                    detail: database.map { "That is for operators of database \"\($0)\"." }
                        ?? "It is about the server: that is for the registry's owner.",
                    database: cronDatabase,
                    sqlState: .insufficientPrivilege
                )
            }
            return acknowledged
        }
    }

    /// Plans which function is called with every alarm, by a job of its own as a role of its own.
    ///
    /// - Parameters:
    ///   - function: its name or signature, `(jsonb)` returning void, in the cron database; nil for none.
    ///   - role: as whom; nil is the function's owner.
    /// - Throws: `CronmillError` if nothing is installed; `PostgresError`.
    public func planDelivery(to function: String?, runAs role: String?) async throws -> Plan {
        try await inCron { try self.planDelivery(to: function, runAs: role, $0) }
    }

    /// That is for the registry's owner: who lacks something is not told to become a monitor.
    private func planDelivery(to function: String?, runAs role: String?, _ session: Session) throws -> Plan {
        try CronState.glance(session).checkInstalled()
        var plan = Plan()
        guard let function else {
            let isSet: Bool = try session.one(
                "select h.alarm_function is not null as is_set from cronmill_cron.housekeeping as h"
            ).get("is_set")
            if isSet {
                plan.add("tell nobody of alarms", in: cronDatabase, "select cronmill_cron.deliver_to(null)")
            }
            return plan
        }
        let signature = function.contains("(") ? function : function + "(jsonb)"
        let row = try session.one(.alarmFunction(signature: signature, role: role))
        guard try row.get("is_there") else {
            throw CronmillError(
                .failed,
                "there is no function \(signature) in database \"\(cronDatabase)\"",
                hint: "create function \(signature.replacing("(jsonb)", with: "(alarm jsonb)")) returns void ...",
                database: cronDatabase
            )
        }
        if try row.get("is_set") { return plan }
        plan.add(
            "tell function \(signature) of alarms",
            in: cronDatabase,
            "select cronmill_cron.deliver_to(\(literal: signature)::regprocedure, \(sql: role.literal))"
        )
        return plan
    }
}

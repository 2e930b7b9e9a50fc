internal import Postgres

/// Who a deployment logs in as.
package struct Login: Sendable, Hashable {
    /// The role, as the server has it.
    package let role: String
    /// Whether the server asked for a password; where it asked for none, that it let somebody in proves nothing.
    package let isByPassword: Bool
    /// Registered work databases that it may see.
    package let databases: [String]
    /// Whether it may see other people's sessions, and replication.
    package let readsStatistics: Bool
    /// Which alarms it may acknowledge.
    package let acknowledges: AlarmRight
}

/// Which alarms a role may acknowledge, for what is offered: when it does, the registry decides.
package enum AlarmRight: Sendable, Hashable {
    /// A monitor.
    case none
    /// An operator, of the databases of which it is one.
    case ofDatabases
    /// A member of the registry's owner.
    case all

    package func covers(_ alarm: Alarm) -> Bool {
        switch self {
        case .none: false
        case .ofDatabases: alarm.database != nil
        case .all: true
        }
    }
}

extension Deployment {
    /// Logs in to the cron database, and looks who that is and what he may see.
    ///
    /// - Throws: `PostgresError` of kind `connection` where the server refuses; `CronmillError` for a role that is a
    ///   monitor or an operator of nothing.
    package func login() async throws -> Login {
        try await inRegistry(for: .monitor, of: nil) { session in
            let row = try session.one(
                """
                select session_user as me, pg_has_role('pg_read_all_stats', 'usage') as reads_statistics,
                    cronmill_cron.sees_all() as sees_all,
                    coalesce(has_function_privilege(
                        to_regprocedure('cronmill_cron.acknowledge_alarms(bigint[], text[])')::oid, 'execute'), false)
                        as is_operator
                """
            )
            let acknowledges: AlarmRight =
                try row.get("sees_all") ? .all : try row.get("is_operator") ? .ofDatabases : .none
            return Login(
                role: try row.get("me"),
                isByPassword: session.hasGivenPassword,
                databases: try Self.registeredDatabases(session),
                readsStatistics: try row.get("reads_statistics"),
                acknowledges: acknowledges
            )
        }
    }

    /// Whether who logs in may change processors of a work database, and what is theirs: for what is offered. When something
    /// is changed the database decides.
    ///
    /// - Throws: `CronmillError` if it is not set up, or the role is no monitor; `PostgresError`.
    package func isOperator(of database: String) async throws -> Bool {
        try await inSetUp(database, for: .monitor) { session in
            try session.one(
                """
                select coalesce(has_any_column_privilege(to_regclass('cronmill.processor')::oid, 'update'), false)
                    as is_operator
                """
            ).get("is_operator")
        }
    }
}

internal import Postgres

/// The statements that give privileges: what check-permissions lists and what the hint of a refusal says are the same.
extension Remedy {
    /// `grant <target> to <role>`.
    static func grant(
        _ target: String,
        to role: String,
        in database: String,
        by executor: Executor = .superuser
    ) -> Remedy {
        .grant("grant \(target) to \(Identifier(role).quoted);", in: database, by: executor)
    }

    /// Lets an installer make the roles of links.
    static func creatingRoles(by role: String, in database: String) -> Remedy {
        .grant("alter role \(Identifier(role).quoted) createrole;", in: database, by: .superuser)
    }

    /// Lets an installer make the server of a link.
    static func usingWrapper(by role: String, in database: String) -> Remedy {
        .grant("usage on foreign data wrapper postgres_fdw", to: role, in: database)
    }

    static func creating(extension name: String, in database: String) -> Remedy {
        Remedy(sql: "create extension \(Identifier(name).quoted);", database: database, executor: .superuser)
    }
}

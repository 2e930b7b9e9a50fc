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

    /// What gives the privilege that an error of PostgreSQL says is missing; nil for one that setup does not need.
    init?(for message: String, role: String, in database: String) {
        let execute = { (function: String) in Remedy.grant("execute on function \(function)", to: role, in: database) }
        switch message {
        case "permission denied to create extension \"pg_cron\"":
            self = .creating(extension: "pg_cron", in: database)
        case "permission denied to create extension \"postgres_fdw\"":
            self = .creating(extension: "postgres_fdw", in: database)
            sql += " " + Remedy.usingWrapper(by: role, in: database).sql
        case "permission denied for foreign-data wrapper postgres_fdw": self = .usingWrapper(by: role, in: database)
        case "permission denied for function schedule_in_database":
            self = execute("cron.schedule_in_database(text, text, text, text, text, boolean)")
        case "permission denied for function alter_job":
            self = execute("cron.alter_job(bigint, text, text, text, text, boolean)")
        case "permission denied to create role": self = .creatingRoles(by: role, in: database)
        default:
            func name(after beginning: String) -> String? {
                guard message.hasPrefix(beginning) else { return nil }
                let name = message.dropFirst(beginning.count)
                return Identifier(String(name.hasPrefix("\"") ? name.dropFirst().dropLast() : name)).quoted
            }
            if message.hasPrefix("permission denied for database ") {
                self = .grant("create on database \(Identifier(database).quoted)", to: role, in: database)
            } else if let schema = name(after: "permission denied for schema ") {
                self = .grant("usage on schema \(schema)", to: role, in: database)
            } else if let member = name(after: "permission denied to set role ")
                ?? name(after: "must be member of role ")
            {
                self = .grant(member, to: role, in: database)
            } else {
                return nil
            }
        }
    }
}

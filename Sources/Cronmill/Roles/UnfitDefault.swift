internal import Postgres
internal import SQLFiles

/// A default of a role or a database under which the runs of a role cannot do what they have to.
struct UnfitDefault: Sendable, Hashable {
    let role: String
    let database: String
    /// The setting, or nil for the role's connection limit.
    let setting: String?
    let value: String
    /// What a run needs.
    let wanted: String

    /// What it does, as a phrase without full stop.
    var text: String {
        guard let setting else {
            return "its connection limit is \(value), and its slots need \(wanted)"
        }
        let effect =
            switch setting {
            case "statement_timeout": "a run is one statement, and is ended by it"
            case "transaction_timeout": "it ends a run whose batch takes longer"
            case "lock_timeout": "tasks that wait longer for a lock fail"
            case "default_transaction_read_only": "no task can be done"
            case "default_transaction_isolation": "runs are refused, they need read committed"
            default: "handlers do not run as the role"
            }
        return "\(setting) is \(value) for it: \(effect)"
    }

    /// The statement that puts it right for this role and database alone.
    var remedy: String {
        let name = Identifier(role).quoted
        guard let setting else { return "alter role \(name) connection limit \(wanted);" }
        return "alter role \(name) in database \(Identifier(database).quoted) set \(setting) = \(wanted.quotedLiteral);"
    }
}

extension UnfitDefault {
    /// Defaults that bite roles as which runs log in here: of role and database, and of the server where nothing else is set.
    ///
    /// `idle_in_transaction_session_timeout` is none of them: a run is at work from its beginning to its end.
    ///
    /// - Parameter slots: runs of each role at once.
    static func all(_ slots: [String: Int], _ session: Session) throws -> [UnfitDefault] {
        let roles = slots.keys.sorted()
        let settings = try session.query(.unfitDefaults(roles: roles)).map { row in
            try UnfitDefault(
                role: row.get("role"),
                database: session.database,
                setting: row.get("name"),
                value: row.get("value"),
                wanted: row.get("wanted")
            )
        }
        let limits = try session.query(
            """
            select r.rolname as role, r.rolconnlimit as limited
            from pg_roles as r where r.rolname = any (\(roles)) and r.rolconnlimit >= 0 and not r.rolsuper
            order by r.rolname
            """
        ).compactMap { row -> UnfitDefault? in
            let (role, limit): (String, Int) = try (row.get("role"), row.get("limited"))
            guard let needed = slots[role], limit < needed else { return nil }
            return UnfitDefault(
                role: role,
                database: session.database,
                setting: nil,
                value: String(limit),
                wanted: String(needed)
            )
        }
        return settings + limits
    }
}

extension PermissionCheck {
    /// No default of a run-as role keeps its runs from what they have to do.
    static let defaults = PermissionCheck { inspection in
        inspection.works.flatMap { work in
            work.unfitDefaults.map { unfit in
                .wrong(
                    unfit.text,
                    in: work.database,
                    role: unfit.role,
                    Remedy(sql: unfit.remedy, database: work.database, executor: .superuser)
                )
            }
        }
    }
}

internal import Postgres
internal import SQLFiles

/// A privilege whose lack has ended a transaction.
struct MissingPrivilege {
    let error: PostgresError
    let session: Session

    /// - Parameter session: one in no transaction, of the role and the database in which it lacks.
    init(_ error: PostgresError, _ session: Session) {
        self.error = error
        self.session = session
    }

    /// The error for people, with the line by which the privilege is granted.
    func told() throws -> CronmillError {
        let database = error.database ?? session.database
        let user: String = try session.one("select current_user as me").get("me")
        if try isOperators() {
            return .lacking(.operator, error, role: user, database: database)
        }
        return CronmillError(
            .failed,
            error.message,
            detail:
                "Role \"\(user)\" lacks it in database \"\(database)\" (SQLSTATE \(SQLState.insufficientPrivilege)).",
            hint: try remedy().map { "As a superuser there: \($0.sql)" } ?? error.hint,
            database: database,
            sqlState: .insufficientPrivilege
        )
    }

    /// What gives the privilege whose lack has ended a transaction of ours, and which this session still lacks; nil for
    /// one that setup does not need.
    ///
    /// The message is in the language of `lc_messages`, and no field of the error names the object. So this asks for what
    /// the role lacks here, and takes of it what the message names; of several the longest name.
    private func remedy() throws -> Remedy? {
        var lacks: [(name: String, target: String, kind: String)] = []
        for row in try session.query(.lackedPrivileges) {
            lacks.append(try (row.get("name"), row.get("target"), row.get("kind")))
        }
        let role: String = try session.one("select current_user as me").get("me")
        let named = lacks.filter { $0.kind != "role" && error.message.names($0.name) }
        guard let lack = named.max(by: { $0.name.utf8.count < $1.name.utf8.count }) else {
            let makesRole = error.statement?.contains("create role") == true && lacks.contains { $0.kind == "role" }
            return makesRole ? .creatingRoles(by: role, in: session.database) : nil
        }
        switch lack.kind {
        case "extension":
            var remedy = Remedy.creating(extension: lack.name, in: session.database)
            if lack.name == "postgres_fdw" {
                remedy.sql += " " + Remedy.usingWrapper(by: role, in: session.database).sql
            }
            return remedy
        default: return .grant(lack.target, to: role, in: session.database)
        }
    }

    /// Whether it is the right to change processors that an error says is missing.
    private func isOperators() throws -> Bool {
        try error.message.names("processor")
            && session.one(
                """
                select coalesce(not has_any_column_privilege(to_regclass('cronmill.processor')::oid, 'update'), false)
                    as is_missing
                """
            ).get("is_missing")
    }
}

extension String {
    /// Whether a name stands in it as a word of its own.
    func names(_ name: String) -> Bool {
        let isPart = { (character: Character) in character.isLetter || character.isNumber || character == "_" }
        return !name.isEmpty
            && ranges(of: name).contains { range in
                !(range.lowerBound > startIndex && isPart(self[index(before: range.lowerBound)]))
                    && !(range.upperBound < endIndex && isPart(self[range.upperBound]))
            }
    }
}

internal import Postgres

extension CronmillError {
    /// A privilege that comes with a part the role does not have, with the command that gives it.
    static func lacking(_ part: RolePart, _ error: PostgresError, role: String, database: String?) -> CronmillError {
        CronmillError(
            .failed,
            error.message,
            detail:
                "Role \"\(role)\" is not \(part.indefinite) of \(database.map { "database \"\($0)\"" } ?? "any database") "
                + "(in database \"\(error.database ?? "")\", SQLSTATE \(SQLState.insufficientPrivilege)).",
            hint: "Ask who did the set-up for: \(part.grantCommand(role, database: database))",
            database: database,
            sqlState: .insufficientPrivilege
        )
    }
}

extension RolePart {
    /// As a predicate: "an operator".
    var indefinite: String {
        switch self {
        case .producer: "a producer"
        case .operator: "an operator"
        case .monitor: "a monitor"
        case .runAs: "a run-as role"
        }
    }
}

extension RolePart {
    /// Does what takes this part in a work database; where a privilege is missing, the error says how it is given.
    func needed<Value>(of database: String?, _ session: Session, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            // Inside a transaction nothing more can be asked; who asks here is in none.
            let role: String = try session.one("select session_user as me").get("me")
            throw CronmillError.lacking(self, error, role: role, database: database)
        }
    }
}

internal import Postgres

extension CronmillError {
    /// A privilege that is missing, with the line by which it is granted.
    static func missingPrivilege(_ error: PostgresError, user: String) -> CronmillError {
        let database = error.database ?? ""
        if error.message == "permission denied for table processor" {
            return .lacking(.operator, error, role: user, database: database)
        }
        return CronmillError(
            .failed,
            error.message,
            detail:
                "Role \"\(user)\" lacks it in database \"\(database)\" (SQLSTATE \(SQLState.insufficientPrivilege)).",
            hint: Remedy(for: error.message, role: user, in: database).map { "As a superuser there: \($0.sql)" }
                ?? error.hint,
            database: database
        )
    }
}

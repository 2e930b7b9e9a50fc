internal import Postgres

extension Session {
    /// A privilege whose lack has ended a transaction, with the line by which it is granted.
    func missingPrivilege(_ error: PostgresError) throws -> CronmillError {
        let database = error.database ?? database
        let user: String = try one("select current_user as me").get("me")
        if try lacksOperator(error) {
            return .lacking(.operator, error, role: user, database: database)
        }
        return CronmillError(
            .failed,
            error.message,
            detail:
                "Role \"\(user)\" lacks it in database \"\(database)\" (SQLSTATE \(SQLState.insufficientPrivilege)).",
            hint: try remedy(for: error).map { "As a superuser there: \($0.sql)" } ?? error.hint,
            database: database
        )
    }
}

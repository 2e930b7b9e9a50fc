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
            hint: remedy(for: error.message, role: Identifier(user).quoted, database: Identifier(database).quoted)
                .map { "As a superuser there: \($0)" } ?? error.hint,
            database: database
        )
    }

    private static func remedy(for message: String, role: String, database: String) -> String? {
        let scheduling = "cron.schedule_in_database(text, text, text, text, text, boolean)"
        let altering = "cron.alter_job(bigint, text, text, text, text, boolean)"
        switch message {
        case "permission denied to create extension \"pg_cron\"": return "create extension pg_cron;"
        case "permission denied to create extension \"postgres_fdw\"":
            return "create extension postgres_fdw; grant usage on foreign data wrapper postgres_fdw to \(role);"
        case "permission denied for foreign-data wrapper postgres_fdw":
            return "grant usage on foreign data wrapper postgres_fdw to \(role);"
        case "permission denied for function schedule_in_database":
            return "grant execute on function \(scheduling) to \(role);"
        case "permission denied for function alter_job": return "grant execute on function \(altering) to \(role);"
        case "permission denied to create role": return "alter role \(role) createrole;"
        default: break
        }
        if message.hasPrefix("permission denied for database ") {
            return "grant create on database \(database) to \(role);"
        }
        let schema = "permission denied for schema "
        if message.hasPrefix(schema) {
            return "grant usage on schema \(Identifier(String(message.dropFirst(schema.count))).quoted) to \(role);"
        }
        for beginning in ["permission denied to set role \"", "must be member of role \""]
        where message.hasPrefix(beginning) {
            let member = String(message.dropFirst(beginning.count).dropLast())
            return "grant \(Identifier(member).quoted) to \(role);"
        }
        return nil
    }
}

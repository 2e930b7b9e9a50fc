internal import Postgres

extension Deployment {
    /// Plans a new password for the link of a work database: made in the server, kept in the user mapping, shown to
    /// nobody. Role and mapping change in one transaction; then the link is tried.
    ///
    /// - Throws: `CronmillError` where there is no link; `PostgresError`.
    public func planPasswordRotation(database: String) async throws -> Plan {
        try await inWork(database) { session in
            try WorkState.checkOwner(of: database, session)
            try session.execute("select cronmill.assert_original()")
            let state = try WorkState.inspect(session)
            guard let role = state.linkRole, state.hasLink else {
                throw CronmillError(
                    .failed,
                    "database \"\(database)\" has no link whose password could be changed",
                    detail: state.isLinked == false ? "Its registry is in the same database." : nil,
                    hint: state.isLinked == false
                        ? nil : "Make it with: cronmill setup --database \(database.shellWord)",
                    database: database
                )
            }
            var plan = Plan()
            try plan.rotatePassword(of: role, in: database)
            return plan
        }
    }
}

extension Plan {
    /// A new password for a link, and a try of it.
    mutating func rotatePassword(of linkRole: String, in database: String) throws {
        add(
            "change the password of the link",
            in: database,
            commits: true,
            try .linkPassword(of: linkRole)
        )
        add("try the link", in: database, "select from cronmill.registry as r limit 1")
    }
}

extension SQL {
    /// Gives a link a new password, made in the server.
    static func linkPassword(of linkRole: String) throws -> SQL {
        try SQLScript.rendered("templates/link_password.sql", ["link_role": linkRole.quotedLiteral])
    }

    /// How long a link waits, and lets others wait.
    static func linkTimeouts(of linkRole: String) throws -> SQL {
        try SQLScript.rendered("templates/link_timeouts.sql", ["link_role": linkRole.quotedLiteral])
    }
}

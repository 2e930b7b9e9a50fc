internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Plans what makes a work database that was copied, restored, renamed or promoted work where it is now: a stamp, a
    /// link and jobs of its own. The original's registry, jobs and link role are not touched. Nothing is planned for a
    /// database that is the one Cronmill was installed in.
    ///
    /// - Throws: `CronmillError` where nothing is set up, or where the registry was copied along; `PostgresError`.
    public func planAdopt(_ database: String) async throws -> Plan {
        let (work, isOriginal, formerName, roles) = try await with(connectWork(database)) { connection in
            try await connection.run { session in
                let state = try WorkState.inspect(session)
                guard state.isInstalled else { throw CronmillError.notSetUp(database) }
                let roles: [String] = try session.query(
                    "select distinct p.run_as from cronmill.processor as p order by p.run_as"
                ).map { try $0.get("run_as") }
                return (state, try session.isOriginal(), try session.formerName(), roles)
            }
        }
        var plan = Plan()
        guard !isOriginal else { return plan }
        guard database != cronDatabase, work.isLinked == true else {
            throw CronmillError(
                .failed,
                "database \"\(database)\" is a copy that holds a registry, too",
                detail: "Its registry knows the jobs of the original.",
                hint: "Remove schemas cronmill and cronmill_cron there, and set it up: "
                    + "cronmill setup --database \(database.shellWord)",
                database: database
            )
        }
        let cron = try await with(connectCron()) { connection in
            try await connection.run { session in
                let state = try CronState.inspect(session)
                try state.check()
                return try CronInspection(state: state, session: session, database: database)
            }
        }
        let linkRole = cron.registeredLinkRole ?? LinkRole.name(for: database)
        try plan.installCron(cron, files: sqlFiles, request: SetupRequest())
        plan.add(
            "take note of where database \(database) is now",
            in: database,
            """
            update cronmill.installation as i
            set
                system_identifier = s.system_identifier, database_oid = s.database_oid,
                database_name = s.database_name, port = s.port, data_directory = s.data_directory,
                cron_database = \(literal: cronDatabase), link_role = \(literal: linkRole)
            from cronmill.stamp() as s
            """
        )
        if let formerName {
            plan.add(
                "strike out database \(formerName), which has this name now",
                in: cronDatabase,
                "select cronmill_cron.unregister(\(literal: formerName))"
            )
        }
        try plan.makeLink(linkRole, place: database, cron: cron.state, host: nil)
        plan.add(
            "register database \(database)",
            in: cronDatabase,
            "select cronmill_cron.register(\(literal: database), \(literal: linkRole))"
        )
        for role in roles { try plan.permit(role, for: database, cron: cron) }
        try plan.completeLink(linkRole, work: work, cron: cron.state, request: SetupRequest(), isNew: true)
        plan.add(
            "send the processors of database \(database) to the registry",
            in: database,
            "select cronmill.send_to_registry(p, false) from cronmill.processor as p order by p.name"
        )
        return plan
    }
}

extension Session {
    /// Whether this work database is the one Cronmill was installed in, and not a copy of it.
    func isOriginal() throws -> Bool {
        do {
            try execute("select cronmill.assert_original()")
            return true
        } catch  where error.sqlState == "MC007" {
            return false
        }
    }

    /// The name this database had before it was renamed; nil if it was not.
    fileprivate func formerName() throws -> String? {
        try query(
            """
            select i.database_name
            from cronmill.installation as i
            join cronmill.stamp() as s
                on s.system_identifier = i.system_identifier
                and s.database_oid = i.database_oid
                and s.database_name <> i.database_name
            """
        ).first?.get("database_name")
    }
}

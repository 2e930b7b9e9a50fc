internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Plans what makes a cron database that is a work database, too, work where it is now: it was promoted, or copied or
    /// restored together with its registry. Its other work databases are adopted each for itself.
    func planAdoptRegistry(_ work: WorkState) async throws -> Plan {
        let database = work.database
        let cron = try await inCron { session in
            let state = try CronState.inspect(session, sqlFiles)
            try state.check()
            try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill_cron", database: database)
            return try CronInspection(state: state, session: session, database: database)
        }
        var plan = Plan()
        try plan.installCron(cron, files: sqlFiles, request: SetupRequest())
        plan.register(database, linkRole: nil, in: database)
        plan.add(
            "send the processors of database \(database) to the registry",
            in: database,
            "select cronmill.send_to_registry(p, false) from cronmill.processor as p order by p.name"
        )
        plan.add(
            "take note of where database \(database) is now",
            in: database,
            """
            update cronmill.installation as i
            set
                system_identifier = s.system_identifier, database_oid = s.database_oid,
                database_name = s.database_name, port = s.port, data_directory = s.data_directory,
                cron_database = s.database_name
            from cronmill.stamp() as s
            """
        )
        return plan
    }
}

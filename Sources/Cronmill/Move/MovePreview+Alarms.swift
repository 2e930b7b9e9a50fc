internal import Postgres

extension Migration {
    /// Whether the function that is told of alarms, which is not carried, is in the new database, too: of the same owner,
    /// because whoever owns it may do what the role may that calls it.
    func alarmObstacle() async throws -> MovePreview.Obstacle? {
        let told = try await onOld { session in
            try session.query(
                """
                select h.alarm_function as name, h.alarm_role as caller, p.proowner::regrole::text as owner
                from cronmill_cron.housekeeping as h
                left join pg_catalog.pg_proc as p on p.oid = to_regprocedure(h.alarm_function)
                where h.alarm_function is not null
                """
            ).first
        }
        guard let told else { return nil }
        let name: String = try told.get("name")
        let caller: String = try told.get("caller")
        let owner = try told.get("owner", as: String?.self)
        let isThere = try await onNew { session in
            try session.one(
                """
                select count(*) > 0 as is_there
                from pg_catalog.pg_proc as p
                where p.oid = to_regprocedure(\(name))
                    and p.proowner::regrole::text is not distinct from \(owner)
                    and has_function_privilege(\(caller), p.oid, 'execute')
                    and has_schema_privilege(\(caller), p.pronamespace, 'usage')
                """
            ).get("is_there", as: Bool.self)
        }
        guard !isThere else { return nil }
        let called = owner.map { "function \(name) of role \($0)" } ?? "function \(name)"
        return MovePreview.Obstacle(
            text: "alarms are told to \(called), and role \"\(caller)\" cannot call the same in database "
                + "\"\(newDatabase)\"",
            remedy: "create it there, before; or tell nobody: cronmill alarms deliver --none --cron-database "
                + oldDatabase.shellWord,
            database: newDatabase
        )
    }
}

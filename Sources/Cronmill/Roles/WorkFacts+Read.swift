internal import Postgres
internal import SQLFiles

extension WorkFacts {
    /// Reads what a work database says; nil if it is not set up.
    static func read(_ session: Session) throws -> WorkFacts? {
        let state = try WorkState.inspect(session)
        guard state.isInstalled, let owner = state.owner else { return nil }
        try Plan.checkLooker(owner, state.user, state.isSuperuser, schema: "cronmill", state.database)
        var work = WorkFacts(
            database: state.database,
            user: state.user,
            isSuperuser: state.isSuperuser,
            owner: owner,
            isLinked: state.isLinked ?? state.hasRegistry,
            linkRole: state.linkRole
        )
        work.privileges = try PrivilegeFacts(schema: "cronmill", session)
        work.processors = try ProcessorFacts.all(session)
        let slots = work.processors.map { ($0.runAs, $0.isEnabled ? $0.slots : 0) }
        work.unfitDefaults = try UnfitDefault.all(Dictionary(slots, uniquingKeysWith: +), session)
        for (index, processor) in work.processors.enumerated() {
            guard let table = processor.resultTable else { continue }
            work.processors[index].resultsFault = try resultsFault(in: table, owner: owner, session)
        }
        guard work.isLinked else { return work }
        for row in try session.query(
            """
            select split_part(o.option, '=', 1) as name, substr(o.option, strpos(o.option, '=') + 1) as value
            from pg_catalog.pg_foreign_server as s
            cross join lateral unnest(s.srvoptions) as o (option)
            where s.srvname = 'cronmill'
            """
        ) {
            work.linkOptions[try row.get("name")] = try row.get("value", as: String.self)
        }
        work.ownerMayUseWrapper = try session.one(
            """
            select coalesce(bool_or(has_foreign_data_wrapper_privilege(\(owner), w.oid, 'usage')), false) as may
            from pg_catalog.pg_foreign_data_wrapper as w where w.fdwname = 'postgres_fdw'
            """
        ).get("may")
        work.hasSleepers = try session.one(
            "select coalesce(bool_or(to_jsonb(p) ->> 'sleep_after' is not null), false) as any from cronmill.processor as p"
        ).get("any")
        if work.hasSleepers,
            try session.one("select to_regproc('cronmill.ring_remedy') is not null as is_there").get("is_there")
        {
            work.ringRemedy = try session.one("select cronmill.ring_remedy() as remedy").get("remedy")
        }
        work.isLinkTried = true
        if let error = try linkFailure(as: owner, session) {
            work.linkError = error.detail.map { "\(error.message): \($0)" } ?? error.message
            work.linkState = error.sqlState
        }
        return work
    }
}

extension WorkFacts {
    /// What is wrong with a table of results, for the owner of our schema; nil if nothing is, or it is gone.
    private static func resultsFault(
        in table: String,
        owner: String,
        _ session: Session
    ) throws -> (text: String, remedy: String?)? {
        guard try session.one("select to_regclass(\(table)) is not null as exists").get("exists") else { return nil }
        try session.execute("begin read only")
        try session.execute("set local role \(identifier: owner)")
        do {
            try QueryTable.checkTrust(in: table, session)
            try session.execute("rollback")
            return nil
        } catch let error as CronmillError {
            try session.execute("rollback")
            return (error.message, error.hint.flatMap { $0.hasSuffix(";") && !$0.contains(": ") ? $0 : nil })
        }
    }

    /// Asks the registry through the link, as the owner of the user mapping, in a transaction that is rolled back.
    ///
    /// - Returns: why it does not work; nil if it does.
    private static func linkFailure(as owner: String, _ session: Session) throws -> PostgresError? {
        try session.execute("begin read only")
        do {
            try session.execute("set local role \(identifier: owner)")
            try session.execute("select from cronmill.registry as r limit 1")
            try session.execute("rollback")
            return nil
        } catch {
            guard session.isInTransaction else { throw error }
            try session.execute("rollback")
            return error
        }
    }
}

extension ProcessorFacts {
    /// All processors, and what their handlers need. Schemas that a handler's search_path names are looked at, and its own.
    fileprivate static func all(_ session: Session) throws -> [ProcessorFacts] {
        try session.query(.processorFacts).map { row in
            var processor = try ProcessorFacts(
                name: row.get("name"),
                runAs: row.get("run_as"),
                isEnabled: row.get("enabled"),
                handler: row.get("handler"),
                resultTable: row.get("result_table"),
                handlerSchema: row.get("schema"),
                handlerOwner: row.get("handler_owner"),
                schemaOwner: row.get("schema_owner"),
                mayUseSchema: row.get("may_use"),
                mayExecute: row.get("may_execute"),
                slots: row.get("slots")
            )
            for schema in try row.get("open_schemas", as: [String].self) {
                processor.openSchemas[schema] = try session.one(
                    "select pg_get_userbyid(n.nspowner) as owner from pg_catalog.pg_namespace as n where n.nspname = \(schema)"
                ).get("owner")
            }
            return processor
        }
    }
}

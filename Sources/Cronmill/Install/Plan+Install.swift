internal import Postgres
internal import SQLFiles

extension Plan {
    /// The registry: pg_cron itself, tables, functions.
    mutating func installCron(_ cron: CronInspection, files: [SQLFile], request: SetupRequest) throws {
        let state = cron.state
        let database = state.database
        if state.extensionVersion == nil {
            create("pg_cron", in: database)
        }
        let half = try Half.cron(files)
        if !state.isInstalled {
            let row: SQL = """
                insert into cronmill_cron.installation (schema_version, made_pg_cron)
                values (\(literal: half.script.version), \(literal: state.extensionVersion == nil))
                """
            add(
                "install the registry",
                in: database,
                statements: half.script.tables + half.routines + [row, half.mark]
            )
        } else if let installed = state.half, !installed.isCurrent(half) {
            renew(half, installed, dropsFirst: cron.mustDrop, in: database)
            // Its jobs may be wanted otherwise than by the older functions.
            renewHousekeeper(in: database)
        }
        repairRoles(cron)
        let maxRunningJobs = request.maxRunningJobs ?? cron.givenMaxRunningJobs
        let others = request.others ?? cron.givenOthers
        if maxRunningJobs != cron.givenMaxRunningJobs || others != cron.givenOthers {
            add(
                "note pg_cron's capacity",
                in: database,
                """
                update cronmill_cron.installation
                set given_max_running_jobs = \(maxRunningJobs), given_others = \(others)
                """
            )
        }
        setBudget(cron, request: request)
    }

    /// How processors that sleep share pg_cron.
    private mutating func setBudget(_ cron: CronInspection, request: SetupRequest) {
        let budget = request.budget == cron.givenBudget ?? 0 ? nil : request.budget
        let quantum = request.quantum == cron.givenQuantum ? nil : request.quantum
        let reserve = request.reserve == cron.givenReserve ? nil : request.reserve
        guard budget != nil || quantum != nil || reserve != nil else { return }
        let parts = [
            budget.map { $0 == 0 ? "budget auto" : "budget \($0)" },
            quantum.map { "quantum \($0.roundTripText)" }, reserve.map { "reserve \($0)" },
        ]
        add(
            "share pg_cron among processors that sleep: \(parts.compactMap { $0 }.joined(separator: ", "))",
            in: cron.state.database,
            """
            select cronmill_cron.set_budget(
                \(sql: budget.map { "\($0)" } ?? "null"), \(sql: (quantum?.intervalText).literal)::interval,
                \(sql: reserve.map { "\($0)" } ?? "null")
            )
            """
        )
    }

    /// A work database: tables, functions, and the link if the registry is elsewhere.
    mutating func installWork(
        _ work: WorkInspection,
        cron: CronInspection,
        files: [SQLFile],
        request: SetupRequest
    ) throws {
        let state = work.state
        let database = state.database
        let isLinked = database != cron.state.database
        if let installed = state.cronDatabase, installed != cron.state.database {
            throw CronmillError(
                .failed,
                "database \"\(database)\" belongs to cron database \"\(installed)\", not \"\(cron.state.database)\"",
                hint: "Name it: --cron-database \(installed.shellWord) (or PG_CRON_DATABASE).",
                database: database
            )
        }
        let half = try Half.work(files, isLinked: isLinked)
        // Not what the work database says: its owner could name any role.
        let linkRole = isLinked ? LinkRole.name(for: database) : nil
        let needsLink = isLinked && (!state.hasLink || state.linkDatabase != cron.state.database)
        if needsLink, let owner = state.serverOwner, owner != state.user {
            throw CronmillError(
                .failed,
                "server cronmill of database \"\(database)\" belongs to role \"\(owner)\"",
                detail: "Its owner could have the link's password sent to a place of his own.",
                hint: "If nothing needs it: drop server cronmill cascade;",
                database: database
            )
        }

        if isLinked, !state.hasForeignDataWrapper {
            create("postgres_fdw", in: database)
        }
        if !state.isInstalled {
            let row: SQL = """
                insert into cronmill.installation (
                    schema_version, cron_database, linked, made_postgres_fdw, link_role,
                    system_identifier, database_oid, database_name, port, data_directory
                )
                select
                    \(literal: half.script.version), \(literal: cron.state.database), \(literal: isLinked),
                    \(literal: isLinked && !state.hasForeignDataWrapper), \(sql: linkRole.literal),
                    s.system_identifier, s.database_oid, s.database_name, s.port, s.data_directory
                from cronmill.stamp() as s
                """
            add(
                "install queues and processors",
                in: database,
                statements: half.script.tables + half.routines + [row, half.mark]
            )
        } else if let installed = state.half, !installed.isCurrent(half) {
            renew(half, installed, dropsFirst: work.mustDrop, in: database)
            for (name, renewal) in work.outdated { generate(renewal, of: name, in: database) }
        }
        if !cron.isRegistered || cron.isReplaced || cron.registeredLinkRole != linkRole || needsLink {
            register(database, linkRole: linkRole, in: cron.state.database)
        }
        if let linkRole, needsLink {
            try makeLink(linkRole, database: database, cron: cron.state, host: request.linkHost)
        }
        if let linkRole, !needsLink, cron.lacksTimeouts {
            add("limit the waits of the link", in: database, try .linkTimeouts(of: linkRole))
        }
        if let linkRole {
            try completeLink(
                linkRole,
                work: state,
                cron: cron.state,
                files: files,
                request: request,
                isNew: needsLink
            )
        }
    }

    /// An extension, in the schema it is made in by default.
    mutating func create(_ name: String, in database: String) {
        add(
            "create extension \(name)",
            in: database,
            "set local search_path = public",
            "create extension \(identifier: name)",
            "set local search_path = pg_catalog, pg_temp"
        )
    }

    /// The work database's row in the registry.
    mutating func register(_ database: String, linkRole: String?, in cronDatabase: String) {
        add(
            "register database \(database)",
            in: cronDatabase,
            "select cronmill_cron.register(\(literal: database), \(sql: linkRole.literal))"
        )
    }

    /// The link's role, server and user mapping; the role is committed before anything can log in as it. Its name has to
    /// be registered already, so that no password is set of a role that is another database's.
    mutating func makeLink(_ linkRole: String, database: String, cron: CronState, host: String?) throws {
        add(
            "make the link, with a generated password",
            in: database,
            commits: true,
            try SQLScript.rendered(
                "templates/link.sql",
                [
                    "link_role": linkRole.quotedLiteral,
                    "registry_owner": (cron.owner ?? cron.user).quotedLiteral,
                    "link_comment": "Cronmill's link from database \"\(database)\" to its registry.".quotedLiteral,
                    "link_host": (host ?? "127.0.0.1").quotedLiteral,
                    "link_port": cron.port.quotedLiteral,
                    "cron_database": cron.database.quotedLiteral,
                ]
            ),
            try .linkPassword(of: linkRole),
            try .linkTimeouts(of: linkRole)
        )
        add(
            "let the link order jobs of database \(database)",
            in: cron.database,
            "select cronmill_cron.renew_privileges()"
        )
    }

    mutating func completeLink(
        _ linkRole: String,
        work: WorkState,
        cron: CronState,
        files: [SQLFile],
        request: SetupRequest,
        isNew: Bool
    ) throws {
        if !work.hasRegistry {
            add(
                "attach the registry",
                in: work.database,
                statements: files.filter { LinkRole.tables.contains($0.path) }.map { SQL(unsafeRaw: $0.text) }
            )
        }
        guard isNew || request.linkHost != nil || !work.hasRegistry else { return }
        var hosts = [cron.cronHost, "127.0.0.1"].compactMap { $0 }
        if let linkHost = request.linkHost { hosts = [linkHost] }
        add(
            "try the link",
            in: work.database,
            try SQLScript.rendered(
                "templates/link_host.sql",
                [
                    "hosts": "array[\(hosts.map(\.quotedLiteral).joined(separator: ", "))]",
                    "cron_database": cron.database.quotedLiteral,
                    "link_role": linkRole.quotedLiteral,
                ]
            )
        )
    }

    /// Refuses where our schema belongs to another role.
    static func checkOwner(_ owner: String?, user: String, schema: String, database: String) throws {
        guard let owner, owner != user else { return }
        throw CronmillError(
            .failed,
            "schema \(schema) of database \"\(database)\" belongs to role \"\(owner)\"",
            detail: "Its functions act as their owner, who also owns the link.",
            hint: "Connect as \"\(owner)\".",
            database: database
        )
    }
}

extension String {
    /// As an SQL literal.
    var quotedLiteral: String { ("\(literal: self)" as SQL).text }
}

extension Optional<String> {
    /// As an SQL literal, or null.
    var literal: SQL { map { "\(literal: $0)" } ?? "null" }
}

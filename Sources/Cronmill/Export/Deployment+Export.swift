internal import Postgres
internal import SQLFiles

extension Deployment {
    /// The settings of a work database as SQL, which `planImport` or psql applies to another one: queues, processors
    /// with what is generated of them, producers, operators and monitors, recurring templates. Tasks, results, which tick
    /// is next and the link's password are no settings.
    ///
    /// The same settings give the same text. All settings of a processor are written, so that the text means the same
    /// where the defaults are others.
    ///
    /// - Parameters:
    ///   - names: processors, with their queues and producers; none of them stands for everything.
    ///   - database: the work database.
    /// - Throws: `CronmillError` where nothing is set up, for a processor that is not there and for one whose handler or
    ///   table is gone; `PostgresError`.
    public func exportSettings(_ names: [String] = [], from database: String) async throws -> String {
        var settings = try await inWork(database) { session in
            try WorkState.checkOwner(of: database, session)
            // One look at everything; durations are written as any server reads them.
            return try session.transaction(.snapshot) {
                try session.execute("set local intervalstyle = postgres")
                let known: [String] = try session.query(
                    "select p.name from cronmill.processor as p order by p.name collate \"C\""
                ).map { try $0.get("name") }
                if let unknown = names.first(where: { !known.contains($0) }) {
                    throw CronmillError.unknownProcessor(unknown, in: [database], known: known)
                }
                return try SettingsText(
                    known.filter { names.isEmpty || names.contains($0) },
                    !names.isEmpty,
                    session
                )
            }
        }
        if settings.hasSleepers { settings.sharing = await sharing() }
        return settings.text
    }

    /// The command by which another server shares pg_cron as this one does; a reminder where that cannot be read.
    private func sharing() async -> String {
        do {
            return try await inCron { session in
                let row = try session.one(
                    """
                    select coalesce(i.budget::text, 'auto') as budget, i.reserve,
                        (extract(epoch from i.quantum) * 1000)::bigint as quantum
                    from cronmill_cron.installation as i
                    """
                )
                let quantum = Duration.milliseconds(try row.get("quantum", as: Int64.self))
                return try "cronmill setup --budget \(row.get("budget", as: String.self)) "
                    + "--quantum \(quantum.roundTripText) --reserve \(row.get("reserve", as: Int.self))"
            }
        } catch {
            return "cronmill setup --budget N --quantum DURATION --reserve N"
        }
    }
}

/// The text of an export, while it is written.
private struct SettingsText {
    private var lines: [String] = []
    /// Commands by which the cron database is told of roles, for those who use psql.
    private var commands: [String] = []
    /// Commands that make indexes, which the text cannot: they are built outside transactions.
    private var indexCommands: [String] = []
    /// Whether there are processors that sleep, and the command that shares pg_cron among those of all databases.
    private(set) var hasSleepers = false
    var sharing: String?
    private let version: Int

    var text: String {
        var head = [
            "\(SettingsScript.mark)\(version)",
            "-- Queues, processors, producers, operators, monitors, recurring templates; no tasks, no password.",
            "-- This is SQL and does what it says, with the rights of the role that runs it: read it before.",
            "-- For a database in which cronmill setup has been run:",
            "--     cronmill import --database NAME --file FILE",
            "--     psql -X -v ON_ERROR_STOP=1 -d NAME -f FILE",
        ]
        if !commands.isEmpty {
            head.append("-- Before psql, because the cron database has to know of these roles, too:")
            head += commands.map { "--     \($0) --database NAME" }
        }
        if let sharing {
            head.append(
                "-- Its processors that sleep share pg_cron with those of other databases, which is not part of this:"
            )
            head.append("--     \(sharing) --database NAME")
        }
        if !indexCommands.isEmpty {
            head.append("-- Payloads of these queues are searched; the indexes for it are no part of this. After it:")
            head += indexCommands.map { "--     \($0) --database NAME" }
        }
        return (head + ["begin;"] + lines + ["commit;"]).joined(separator: "\n") + "\n"
    }

    init(_ processors: [String], _ isPart: Bool, _ session: Session) throws {
        let version = try SQLScript(folder: "work").version
        self.version = version
        add("set local client_encoding = 'UTF8'")
        add("set local client_min_messages = warning")
        add("do \(literal: SQL.assertVersion(version: "\(literal: version)").text)")
        let queues = try session.query(
            """
            select q.name from cronmill.queue as q
            where not \(isPart)::boolean
                or q.queue_id in (select p.queue_id from cronmill.processor as p where p.name = any (\(processors)))
            order by q.name collate "C"
            """
        ).map { try $0.get("name", as: String.self) }
        for queue in queues {
            title("queue \(queue)")
            add(
                """
                insert into cronmill.queue (name)
                select \(literal: queue)
                where not exists (select from cronmill.queue as q where q.name = \(literal: queue))
                """
            )
        }
        for name in processors { try addProcessor(name, session) }
        try addParts(of: queues, isPart, session)
        try addRecurring(of: queues, session)
        let roles = try session.query(
            "select distinct p.run_as from cronmill.processor as p where p.name = any (\(processors))"
        ).map { try $0.get("run_as", as: String.self) }
        indexCommands = try session.query(
            """
            select p.name from cronmill.processor as p
            where p.name = any (\(processors)) and exists (
                select from pg_class as c
                where c.relnamespace = 'cronmill'::regnamespace and c.relname = concat('task_payload_', p.queue_id)
            )
            order by p.name collate "C"
            """
        ).map {
            "cronmill configure \(try $0.get("name", as: String.self).shellWord.replacingNewlines) --search-payload"
        }
        commands = roles.sorted().map { "cronmill grant run-as \($0.shellWord.replacingNewlines)" } + commands
    }

    private mutating func title(_ text: String) {
        lines += ["", "-- \(text.replacingNewlines)"]
    }

    private mutating func add(_ statement: SQL) {
        let text = statement.script
        lines.append(text.last == "\n" ? String(text.dropLast()) : text)
        if !text.endsStatement { lines[lines.count - 1] += ";" }
    }

    private mutating func addProcessor(_ name: String, _ session: Session) throws {
        var request = ProcessorRequest()
        request.processor = try ObjectName(name, of: "processor")
        guard let row = try ProcessorRow.find(request, session: session) else { return }
        let query = try QueryHandler.find(request, row: row, session: session)
        let handler = try query?.function ?? HandlerFunction.find(row.handler, session: session)
        title("processor \(name)")
        if let query {
            add(try query.text(ofTable: "if not exists"))
            add(try query.handlerText)
        }
        add(try ProcessorRoutines(handler, processor: name).text)
        let columns = Self.columns + (query == nil ? [] : Self.queryColumns)
        let values = try session.one(
            """
            select \(sql: columns.map(Self.value).joined)
            from cronmill.processor as p where p.name = \(name)
            """
        )
        if values["sleep_after"] != nil { hasSleepers = true }
        let literals = columns.map { column in
            values[column].map { Self.isUnquoted(column) ? $0 : $0.quotedLiteral } ?? "null"
        }
        // The comment that names the column goes behind the comma.
        let last = columns.count - 1
        let list = zip(columns, literals).enumerated().map { number, setting in
            "    \(setting.1)\(number == last ? "" : ",") -- \(setting.0)"
        }
        let names = columns.joined(separator: ", ")
        func all(_ relation: String) -> String { columns.map { "\(relation).\($0)" }.joined(separator: ", ") }
        add(
            """
            insert into cronmill.processor as p (name, queue_id, \(unsafeRaw: names))
            values (
                \(literal: name), (select q.queue_id from cronmill.queue as q where q.name = \(literal: row.queue)),
            \(unsafeRaw: list.joined(separator: "\n"))
            )
            on conflict (name) do update
            set (queue_id, \(unsafeRaw: names))
                = (excluded.queue_id, \(unsafeRaw: all("excluded")))
            where (p.queue_id, \(unsafeRaw: all("p")))
                is distinct from (excluded.queue_id, \(unsafeRaw: all("excluded")))
            """
        )
        // Where the processor is there already, and its procedure was not, this is the only one that grants.
        add(
            "select cronmill.grant_run_as(p.run_as, p.name) from cronmill.processor as p where p.name = \(literal: name)"
        )
        if query != nil { add(SQL.grantQuery(name)) }
    }

    private mutating func addParts(of queues: [String], _ isPart: Bool, _ session: Session) throws {
        let rows = try session.query(
            """
            select g.role_name, g.part, q.name as queue
            from cronmill.grantee as g
            left join cronmill.queue as q on q.queue_id = g.queue_id
            where q.name = any (\(queues)) or (q.name is null and not \(isPart)::boolean)
            order by g.part collate "C", g.role_name collate "C", q.name collate "C"
            """
        )
        if !rows.isEmpty { title("roles") }
        for row in rows {
            let role: String = try row.get("role_name")
            let part: String = try row.get("part")
            if let queue = try row.get("queue", as: String?.self) {
                add("select cronmill.grant_part(\(literal: role), \(literal: part), \(literal: queue))")
            } else {
                add("select cronmill.grant_part(\(literal: role), \(literal: part))")
                commands.append("cronmill grant \(part) \(role.shellWord.replacingNewlines)")
            }
        }
    }

    /// Recurring templates begin with their next tick where they are imported.
    private mutating func addRecurring(of queues: [String], _ session: Session) throws {
        for row in try session.query(.recurringSettings(queues: queues)) {
            title("recurring template \(try row.get("name", as: String.self))")
            add(SQL(unsafeRaw: try row.get("statement")))
        }
    }

    /// Columns of `cronmill.processor` that are settings, but for its name and its queue.
    private static let columns = ["handler", "run_as", "paused"] + ProcessorColumn.all.map(\.name)
    /// Those of query processors.
    private static let queryColumns = ["result_table", "result_layout", "result_limit", "over_limit", "refresh_after"]

    /// A pause by which a command waits for runs is not a setting.
    private static func value(_ column: String) -> SQL {
        column == "paused"
            ? "(p.paused and p.paused_for is null)::text as paused" : "p.\(unsafeRaw: column)::text"
    }

    private static func isUnquoted(_ column: String) -> Bool {
        ["paused", "result_limit"].contains(column)
            || ProcessorColumn.all.contains { $0.name == column && $0.isUnquoted }
    }
}

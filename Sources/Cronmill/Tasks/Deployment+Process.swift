internal import Postgres
internal import SQLFiles

extension Deployment {
    /// How far `process` has come.
    public struct Progress: Sendable, Hashable {
        /// Tasks that are ready, up to 100,001.
        public var ready: Int
        /// Tasks done by this call so far, as last noted.
        public var done: Int
        /// Attempts failed in this call so far, as last noted.
        public var failed: Int
    }

    /// Works tasks off now, as slot 0 of the processor, by the same procedure pg_cron calls, connected as the
    /// processor's run-as role. Ends when no task is ready. Cancelling ends it cleanly after the present task.
    ///
    /// - Parameters:
    ///   - processor: name of the processor.
    ///   - database: the work database.
    ///   - limit: tasks at most; nil is all that are ready.
    ///   - onProgress: told twice a second.
    /// - Returns: what was done.
    /// - Throws: `CronmillError` where one cannot connect as the run-as role; `PostgresError` (MC006 if slot 0 is
    ///   busy, MC011 if the processor is paused).
    public func process(
        _ processor: String,
        in database: String,
        limit: Int? = nil,
        onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Progress {
        _ = try await processors([processor], in: database)
        return try await with(connectWork(database)) { observer in
            let row = try await observer.run { session in
                try session.one(
                    """
                    select p.run_as, session_user as me,
                        exists (select from pg_catalog.pg_roles as r where r.rolname = p.run_as and r.rolsuper) as is_superuser
                    from cronmill.processor as p where p.name = \(processor)
                    """
                )
            }
            let (runAs, me): (String, String) = try (row.get("run_as"), row.get("me"))
            guard try !row.get("is_superuser") else {
                throw CronmillError(
                    .failed,
                    "processor \"\(processor)\" runs as role \"\(runAs)\", which is a superuser",
                    detail: "Its handler, and who may change it, could do anything.",
                    hint:
                        "Give it another: cronmill configure \(processor.shellWord) --database \(database.shellWord) --run-as ROLE",
                    database: database
                )
            }
            if runAs != me { try await checkLogin(as: runAs, processor, observer, database: database) }
            let worker = try await connect(as: runAs, me: me, database: database, processor: processor)
            return try await with(worker) { worker in
                let workerPID = try await worker.run { session in
                    try ConnectionReport.checkDirect("processor \"\(processor)\" cannot be worked by hand", session)
                    return session.processID
                }
                let watching = Task {
                    while !Task.isCancelled {
                        if let progress = try await Self.progress(processor, pid: workerPID, on: observer) {
                            onProgress(progress)
                        }
                        try await Task.sleep(for: .milliseconds(500))
                    }
                }
                defer { watching.cancel() }
                try await worker.run { session in
                    try session.executeAlone(
                        "call cronmill_processor.\(identifier: processor)(0, \(unsafeRaw: limit.map(String.init) ?? "null"))"
                    )
                }
                return try await Self.progress(processor, pid: workerPID, on: observer)
                    ?? Progress(ready: 0, done: 0, failed: 0)
            }
        }
    }

    private static func progress(_ processor: String, pid: Int32, on connection: Connection) async throws -> Progress? {
        try await connection.query(.progress(pid: pid, processor: processor)).first.map {
            try Progress(ready: $0.get("ready"), done: $0.get("done"), failed: $0.get("failed"))
        }
    }

    /// Whether to log in as the role: what the processor's row says is its owner's word, who could name any role. The
    /// registry has to know the processor with that role, and the procedure has to be the generated one.
    private func checkLogin(
        as role: String,
        _ processor: String,
        _ observer: Connection,
        database: String
    ) async throws {
        let isPermitted: Bool = try await inRegistry(for: .monitor, of: [database]) { session in
            try session.one(
                "select cronmill_cron.runs_as(\(database), \(processor), \(role)) as is_permitted"
            ).get("is_permitted")
        }
        guard isPermitted else {
            throw CronmillError(
                .failed,
                "the registry does not know processor \"\(processor)\" to run as role \"\(role)\"",
                detail: "Only its row in database \"\(database)\" says so.",
                hint: "See: cronmill sync --check --database \(database.shellWord)",
                database: database
            )
        }
        let state = try await observer.run { try ProcedureState.of([processor], $0)[processor] }
        guard let state, state.difference == nil else {
            throw CronmillError(
                .failed,
                "the procedure of processor \"\(processor)\" is not the one that was made for it",
                detail: state?.difference.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." },
                hint: .syncing(database),
                database: database
            )
        }
    }

    /// A connection as the run-as role: `set role` would protect nothing, a handler could reset it.
    private func connect(as role: String, me: String, database: String, processor: String) async throws -> Connection {
        if role == me { return try await connectWork(database) }
        var target = exceptions[database] ?? work.database(database)
        target["user"] = role
        target["password"] = nil
        do {
            return try await connect(target)
        } catch let error as PostgresError where error.kind == .connection {
            let server = [("-h", target["host"]), ("-p", target["port"])]
                .compactMap { option, value in value.map { "\(option) \($0) " } }.joined()
            throw CronmillError(
                .failed,
                "processor \"\(processor)\" runs as role \"\(role)\", and one cannot connect as it from here",
                detail: error.message,
                hint: "Give that role's password in a password file, or run: "
                    + "psql \(server)-U \(role.shellWord) -d \(database.shellWord) -c "
                    + "call cronmill_processor.\(Identifier(processor).quoted)(0)".shellWord,
                database: database
            )
        }
    }
}

/// One connection to one database, with a thread of its own on which libpq may block.
///
/// Statements that belong together go in one `run`, whose body is synchronous, so nothing comes between them:
///
/// ```swift
/// let connection = try await Connection.connect(ConnectionInfo(["dbname": "app"]))
/// let open = try await connection.run { session in
///     try session.transaction {
///         try session.execute("lock table job in share mode")
///         return try session.query("select count(*) as open from job")
///     }
/// }
/// await connection.close()
/// ```
public actor Connection {
    private let executor = ThreadExecutor()
    private var session: Session?

    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init() {}

    deinit {
        executor.stop()
    }

    /// Opens a connection.
    ///
    /// Cancelling the task ends the attempt at once (a name lookup under way excepted). `connect_timeout` holds for each
    /// address; without one it is 10 seconds. Several hosts, TLS, service and password files are libpq's work.
    ///
    /// - Parameters:
    ///   - info: where to; what it leaves out comes from the environment and libpq's files.
    ///   - applicationName: the `application_name`, unless the address or the environment gives one.
    ///   - settings: what every transaction is given; a statement outside of one is one with them.
    ///   - answerLimit: how much a statement may give; nil is as much as there is.
    ///   - onNotice: called on the connection's thread for each notice and warning.
    ///   - onStatement: called on the connection's thread after each statement.
    /// - Throws: a `PostgresError` of kind `connection`, with `sqlState` where the server refused; `CancellationError`.
    public static func connect(
        _ info: ConnectionInfo,
        applicationName: String = "cronmill",
        settings: LocalSettings? = nil,
        answerLimit: AnswerLimit? = nil,
        onNotice: @escaping @Sendable (Notice) -> Void = { _ in },
        onStatement: (@Sendable (StatementTrace) -> Void)? = nil
    ) async throws -> Connection {
        let connection = Connection()
        let attempt = ConnectionAttempt(info: info, applicationName: applicationName, onNotice: onNotice)
        try await connection.open(attempt, settings, answerLimit, onStatement)
        return connection
    }

    private func open(
        _ attempt: ConnectionAttempt,
        _ settings: LocalSettings?,
        _ answerLimit: AnswerLimit?,
        _ onStatement: (@Sendable (StatementTrace) -> Void)?
    ) async throws {
        guard let wakePipe = WakePipe() else {
            throw PostgresError(kind: .connection, message: "the process has no file descriptor left")
        }
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            let (handle, receiver) = try attempt.open(wakePipe: wakePipe)
            session = try Session(
                adopting: handle,
                receiver: receiver,
                settings: settings,
                answerLimit: answerLimit,
                onStatement: onStatement
            )
        } onCancel: {
            wakePipe.wake()
        }
    }

    /// Runs statements on the connection's thread with nobody between them.
    ///
    /// Cancelling the task cancels the statement under way and refuses the ones after it; rolling back is still done.
    /// A body that ends without an error gives its value even then. The cancellation never reaches a later `run`.
    ///
    /// - Throws: what the body throws; `CancellationError` instead when the task was cancelled.
    public func run<R: Sendable>(_ body: @Sendable (Session) throws -> R) async throws -> R {
        guard let session else {
            throw PostgresError(kind: .connection, message: "the connection is closed")
        }
        let cancellation = session.makeCancellation()
        return try await withTaskCancellationHandler {
            // A closure that does not use `self` would run on Swift's pool, not here (SE-0420).
            try self.perform(body, session, cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func perform<R>(
        _ body: (Session) throws -> R,
        _ session: Session,
        _ cancellation: Cancellation
    ) throws -> R {
        try Task.checkCancellation()
        session.cancellation = cancellation
        defer { session.cancellation = nil }
        do {
            return try body(session)
        } catch {
            throw cancellation.isCancelled ? CancellationError() : error
        }
    }

    /// Whether the server answers on this connection. One on which it does not within so long is ended from here, which
    /// takes no answer of a server that is frozen, or of which nothing is left but what is between here and it.
    package func answers(within longest: Duration) async -> Bool {
        guard let session else { return false }
        let cancellation = session.makeCancellation()
        let alarm = Task {
            try await Task.sleep(for: longest)
            cancellation.abandon()
        }
        defer { alarm.cancel() }
        return (try? perform({ try $0.execute("select 1") }, session, cancellation)) != nil
    }

    /// Sends one statement and gives its rows; cancelled with the task.
    public func query(_ sql: SQL) async throws -> [Row] {
        try await run { session in try session.query(sql) }
    }

    /// Sends one statement and gives the number of rows it changed; cancelled with the task.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await run { session in try session.execute(sql) }
    }

    /// Sends several statements, separated by semicolons; cancelled with the task.
    public func script(_ text: String) async throws {
        try await run { session in try session.script(text) }
    }

    /// Closes the connection. Closing twice is allowed; a connection nobody holds any more closes by itself.
    public func close() async {
        session = nil
    }
}

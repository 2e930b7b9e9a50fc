internal import CLibpq

/// The synchronous side of a connection, seen only inside `Connection.run`.
///
/// Each method blocks until the server's answer is complete.
public final class Session {
    let handle: OpaquePointer
    let cancelHandle: CancelHandle
    var cancellation: Cancellation?
    /// What every transaction is given; nil where nothing is.
    let settings: LocalSettings?
    /// How much a statement may give; nil is as much as there is.
    let answerLimit: AnswerLimit?
    /// The server process that answered last, where one was asked.
    var answeredBy: Int32?
    private let receiver: NoticeReceiver
    private let onStatement: (@Sendable (StatementTrace) -> Void)?
    private var failure: SQLState?
    /// Asked before a statement is sent, with its text, and may refuse it. It may send statements itself, about which it
    /// is not asked.
    public var beforeStatement: ((Session, String) throws(PostgresError) -> Void)?

    /// The database of the connection.
    public let database: String

    /// Takes the connection over: it is finished with the session, or when this throws.
    init(
        adopting handle: OpaquePointer,
        receiver: NoticeReceiver,
        settings: LocalSettings?,
        answerLimit: AnswerLimit?,
        onStatement: (@Sendable (StatementTrace) -> Void)?
    ) throws(PostgresError) {
        guard let cancelHandle = CancelHandle(handle) else {
            PQfinish(handle)
            throw PostgresError(kind: .connection, message: "out of memory")
        }
        self.handle = handle
        self.cancelHandle = cancelHandle
        self.receiver = receiver
        self.settings = settings
        self.answerLimit = answerLimit
        self.onStatement = onStatement
        self.database = PQdb(handle).map { String(cString: $0) } ?? ""
    }

    deinit {
        PQfinish(handle)
    }

    /// The server's version as a number: 150020 is 15.20.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The process that serves this session, as `pg_stat_activity.pid` has it.
    public var processID: Int32 { PQbackendPID(handle) }

    /// Whether the server has asked for a password to let this session in, and was given one.
    package var hasGivenPassword: Bool { PQconnectionUsedPassword(handle) == 1 }

    /// Whether a transaction is open, failed or not.
    public var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Sends one statement and gives its rows, none for a statement that returns none.
    ///
    /// - Throws: the server's error; kind `connection` when the connection is lost.
    public func query(_ sql: SQL) throws(PostgresError) -> [Row] {
        let text = sql.text
        return try result(of: sql, text).map { $0.rows(statement: text, database: database) } ?? []
    }

    /// Sends one statement and gives the number of rows it inserted, changed, deleted or returned, 0 if it counts none.
    ///
    /// - Throws: the server's error; kind `connection` when the connection is lost.
    @discardableResult
    public func execute(_ sql: SQL) throws(PostgresError) -> Int {
        try result(of: sql, sql.text)?.affectedRows ?? 0
    }

    /// Sends several statements, separated by semicolons, as one message. Outside a transaction they are one
    /// transaction, unless they begin their own.
    ///
    /// - Throws: the first error; the statements after it are not run.
    public func script(_ text: String) throws(PostgresError) {
        let began = try begin(text)
        defer { end(text, began) }
        let lead = isInTransaction ? "" : settings.map { "\($0.statements); " } ?? ""
        guard PQsendQuery(handle, lead + text) == 1 else { throw connectionError(text) }
        _ = try collect(text)
    }

    /// Sends one statement as it stands, outside a transaction and without the session's settings: VACUUM, ALTER SYSTEM, and CALL of a
    /// procedure that commits.
    ///
    /// - Throws: the server's error; kind `connection` when the connection is lost.
    public func executeAlone(_ sql: SQL) throws(PostgresError) {
        let text = sql.text
        let began = try begin(text)
        defer { end(text, began) }
        try send(sql, text)
        _ = try collect(text)
    }

    /// Does something without asking `beforeStatement`.
    public func withoutBeforeStatement<Value>(_ body: () throws -> Value) rethrows -> Value {
        let ask = beforeStatement
        beforeStatement = nil
        defer { beforeStatement = ask }
        return try body()
    }

    func result(of sql: SQL, _ text: String) throws(PostgresError) -> ServerResult? {
        let began = try begin(text)
        defer { end(text, began) }
        if let settings, !isInTransaction { return try result(of: sql, text, with: settings) }
        try sendBounded(sql, text)
        askForSingleRows()
        return try collect(text).last
    }

    func makeCancellation() -> Cancellation {
        Cancellation(cancelHandle)
    }

    // MARK: One statement from beginning to end

    func begin(_ text: String) throws(PostgresError) -> ContinuousClock.Instant {
        guard !text.utf8.contains(0) else {
            throw clientError("a statement cannot contain a zero byte", text)
        }
        guard PQtransactionStatus(handle) != PQTRANS_ACTIVE else {
            throw clientError("another statement of this session is under way", text)
        }
        if let ask = beforeStatement {
            beforeStatement = nil
            defer { beforeStatement = ask }
            try ask(self, text)
        }
        if let cancellation, !cancellation.begin() {
            throw cancelled(text)
        }
        failure = nil
        return ContinuousClock.now
    }

    func end(_ text: String, _ began: ContinuousClock.Instant) {
        cancellation?.end()
        trace(text, began)
    }

    func trace(_ text: String, _ began: ContinuousClock.Instant) {
        guard let onStatement else { return }
        let duration = ContinuousClock.now - began
        onStatement(StatementTrace(database: database, text: text, duration: duration, failure: failure))
    }

    /// - Parameter sent: what is sent in place of the text.
    func send(_ sql: SQL, _ text: String, as sent: String? = nil) throws(PostgresError) {
        let parameters = sql.parameters
        for parameter in parameters where parameter?.utf8.contains(0) == true {
            throw clientError("a parameter cannot contain a zero byte", text)
        }
        try send(sent ?? text, parameters)
    }

    func send(_ text: String, _ parameters: [String?] = []) throws(PostgresError) {
        let values = CStrings(parameters)
        let isSent = PQsendQueryParams(handle, text, Int32(parameters.count), nil, values.pointer, nil, nil, 0)
        guard isSent == 1 else { throw connectionError(text) }
    }

    /// Reads the answer to its end.
    func collect(_ text: String, after first: ServerResult? = nil) throws(PostgresError) -> [ServerResult] {
        let (results, error) = settle(text, after: first)
        if let error {
            throw error
        }
        return results
    }

    /// Reads the answer to its end, whatever it is, so that the connection can take the next statement.
    @discardableResult
    func settle(_ text: String, after first: ServerResult? = nil) -> (results: [ServerResult], error: PostgresError?) {
        var results: [ServerResult] = []
        var error: PostgresError?
        var next = first ?? nextResult(text, &error)
        while let result = next {
            switch result.status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                results.append(result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                error = error ?? clientError("COPY with the client needs copyIn or copyOut", text)
                guard leaveCopy(result.status) else { return (results, connectionError(text)) }
            default:
                error = error ?? boundedError(result, text)
            }
            next = nextResult(text, &error)
        }
        return (results, error)
    }

    /// False when the connection is lost, where libpq would stay in the COPY for ever.
    private func leaveCopy(_ status: ExecStatusType) -> Bool {
        if status == PGRES_COPY_OUT {
            while let row = copyRow(), !row.isEmpty {}
        } else if PQputCopyEnd(handle, "COPY is not expected here") != 1 {
            return false
        }
        return PQstatus(handle) == CONNECTION_OK
    }

    // MARK: Errors

    func serverError(_ result: ServerResult, _ text: String) -> PostgresError {
        let error = ServerFields(result: result.handle).error(database: database, statement: text)
        failure = error.sqlState ?? .connectionFailure
        return error
    }

    func clientError(_ message: String, _ text: String) -> PostgresError {
        PostgresError(kind: .client, message: message, database: database, statement: text)
    }

    func connectionError(_ text: String) -> PostgresError {
        let isConnected = PQstatus(handle) == CONNECTION_OK
        failure = isConnected ? nil : .connectionFailure
        return PostgresError(
            kind: isConnected ? .client : .connection,
            message: PQerrorMessage(handle).map { ServerText.decoded($0).trimmed } ?? "",
            database: database,
            statement: text
        )
    }

    func cancelled(_ text: String) -> PostgresError {
        var error = clientError("the task was cancelled before the statement was sent", text)
        error.sqlState = .queryCanceled
        return error
    }
}

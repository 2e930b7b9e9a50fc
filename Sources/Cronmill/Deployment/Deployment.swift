public import Postgres
internal import SQLFiles

/// One pg_cron: the cron database and the way to its work databases.
public struct Deployment: Sendable {
    /// How to reach the cron database; its `dbname` names it.
    public var cron: ConnectionInfo
    /// How to reach work databases; `dbname` is replaced by the name of each.
    public var work: ConnectionInfo
    /// Work databases that are reached in another way than `work` says, by name.
    public var exceptions: [String: ConnectionInfo]
    /// Told of every notice the servers send.
    public var onNotice: @Sendable (Notice) -> Void
    /// Told, in one line, what has been waited for two seconds.
    public var onWait: @Sendable (String) -> Void = { _ in }
    /// Told of every statement sent: its text without values, and how long it took.
    public var onStatement: (@Sendable (StatementTrace) -> Void)?

    /// How long the server may take for one statement; nil leaves it to what is set there.
    public var statementTimeout: Duration?

    /// How much a work database may give in answer to a statement: its owner decides how much that is, and is trusted less
    /// than who asks. A row of its own that is longer is not even sent.
    public var answerLimit = AnswerLimit(bytes: 256 << 20, rows: 1_000_000)

    /// What is installed; a test of upgrades has other files.
    var sqlFiles = SQLFile.all

    /// A deployment reached by these connections.
    public init(
        cron: ConnectionInfo,
        work: ConnectionInfo,
        exceptions: [String: ConnectionInfo] = [:],
        onNotice: @escaping @Sendable (Notice) -> Void = { _ in },
        onStatement: (@Sendable (StatementTrace) -> Void)? = nil
    ) {
        self.cron = cron
        self.work = work
        self.exceptions = exceptions
        self.onNotice = onNotice
        self.onStatement = onStatement
    }

    /// The version of this library and of the programs that are built with it.
    package static let programVersion = "0.1.0"

    /// Name of the cron database.
    public var cronDatabase: String { cron["dbname"] ?? "postgres" }

    /// A new connection to the cron database.
    ///
    /// - Throws: `PostgresError` of kind `connection` if it cannot be made.
    func connectCron() async throws -> Connection {
        try await connectToLook(cron, answerLimit: nil)
    }

    /// A new connection to a work database.
    ///
    /// - Throws: `PostgresError` of kind `connection` if it cannot be made.
    func connectWork(_ database: String) async throws -> Connection {
        try await connectToLook(exceptions[database] ?? work.database(database), answerLimit: answerLimit)
    }

    /// For statements that read catalogs and reports: compiling these takes longer than running them.
    private func connectToLook(_ target: ConnectionInfo, answerLimit: AnswerLimit?) async throws -> Connection {
        try await connect(target, settings: Self.settings.merging(["jit": "off"]) { $1 }, answerLimit: answerLimit)
    }

    func connect(_ target: ConnectionInfo) async throws -> Connection {
        try await connect(target, settings: Self.settings)
    }

    /// What every transaction relies on, whatever is set for a role or a database. In this search_path nobody can put
    /// anything: the owner of a database chooses the default, and could make a superuser's session find functions and
    /// operators of his; and a role that they chose would be taken for who has logged in. The others change how texts are
    /// read and printed, which rows are seen, and what tables are made of.
    static let settings = [
        "search_path": "pg_catalog, pg_temp",
        "array_nulls": "on",
        "bytea_output": "hex",
        "check_function_bodies": "on",
        "client_min_messages": "notice",
        "DateStyle": "iso",
        "default_table_access_method": "heap",
        "extra_float_digits": "1",
        "IntervalStyle": "postgres",
        "quote_all_identifiers": "off",
        "role": "none",
        "row_security": "on",
        "standard_conforming_strings": "on",
        "transform_null_equals": "off",
    ]

    /// The one place where this library connects, so that no statement gets round `SchemaTrust`.
    private func connect(
        _ target: ConnectionInfo,
        settings: [String: String],
        answerLimit: AnswerLimit? = nil
    ) async throws -> Connection {
        var settings = settings
        if let statementTimeout {
            settings["statement_timeout"] = String(Int(max(statementTimeout.inSeconds * 1000, 1)))
            // A function may catch the cancel; who has given it up would leave one more process behind each time.
            settings["client_connection_check_interval"] = "5000"
        }
        let connection = try await Connection.connect(
            target,
            settings: LocalSettings(settings),
            answerLimit: answerLimit,
            onNotice: onNotice,
            onStatement: onStatement
        )
        let userVariable = target["dbname"] == cronDatabase ? "PG_CRON_USER" : "DB_USER"
        try await connection.run { SchemaTrust(userVariable: userVariable).guards($0) }
        return connection
    }
}

/// Runs `body` with a connection and closes it, whatever happens.
func with<Result>(_ connection: Connection, _ body: (Connection) async throws -> Result) async throws -> Result {
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

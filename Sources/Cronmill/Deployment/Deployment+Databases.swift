internal import Postgres

extension Deployment {
    /// Names of the registered work databases that may be seen, in order: all of them, or those that the role is a
    /// monitor or an operator of.
    ///
    /// - Throws: `CronmillError` if nothing is installed in the cron database; `PostgresError`.
    public func registeredDatabases() async throws -> [String] {
        try await inRegistry(for: .monitor, of: nil) { try Self.registeredDatabases($0) }
    }

    static func registeredDatabases(_ session: Session) throws -> [String] {
        try session.query("select v.name from cronmill_cron.visible_databases() as v (name)")
            .map { try $0.get("name") }
    }

    /// Names of all databases of the instance that can be connected to, in order.
    ///
    /// - Throws: `PostgresError`.
    public func connectableDatabases() async throws -> [String] {
        try await inCron { session in
            try session.query(
                """
                select d.datname from pg_catalog.pg_database as d
                where d.datallowconn and not d.datistemplate order by d.datname
                """
            ).map { try $0.get("datname") }
        }
    }

    /// Runs `body` in a session of the cron database.
    ///
    /// - Throws: `PostgresError` of kind `connection` if it cannot be made; what `body` throws.
    func inCron<Value: Sendable>(_ body: @Sendable (Session) throws -> Value) async throws -> Value {
        try await with(connectCron()) { try await $0.run(body) }
    }

    /// Runs `body` in a session of a work database.
    ///
    /// - Throws: `PostgresError` of kind `connection` if it cannot be made; what `body` throws.
    func inWork<Value: Sendable>(
        _ database: String,
        _ body: @Sendable (Session) throws -> Value
    ) async throws -> Value {
        try await with(connectWork(database)) { try await $0.run(body) }
    }

    /// Runs `body` in a session of the database a step, a remedy or an error is about, the cron database or another.
    ///
    /// - Throws: `PostgresError` of kind `connection` if it cannot be made; what `body` throws.
    func inDatabase<Value: Sendable>(
        _ database: String,
        _ body: @Sendable (Session) throws -> Value
    ) async throws -> Value {
        try await database == cronDatabase ? inCron(body) : inWork(database, body)
    }

    /// Runs `body`, which takes a part, in a session of the cron database, where a registry has to be.
    ///
    /// - Parameter databases: those it is about, nil for all; of a single one a refusal says how to get the part.
    /// - Throws: `CronmillError` if nothing is installed, and for a part that the role does not have; what `body` throws.
    func inRegistry<Value: Sendable>(
        for part: RolePart,
        of databases: [String]?,
        _ body: @Sendable (Session) throws -> Value
    ) async throws -> Value {
        try await inCron { session in try Self.inRegistry(session, for: part, of: databases) { try body(session) } }
    }

    /// Does something, which takes a part, in a session of the cron database, where a registry has to be.
    ///
    /// - Parameter databases: those it is about, nil for all; of a single one a refusal says how to get the part.
    /// - Throws: `CronmillError` if nothing is installed, and for a part that the role does not have; what `body` throws.
    static func inRegistry<Value>(
        _ session: Session,
        for part: RolePart,
        of databases: [String]?,
        _ body: () throws -> Value
    ) throws -> Value {
        try CronState.glance(session).checkInstalled()
        return try part.needed(of: databases.flatMap { $0.count == 1 ? $0.first : nil }, session, body)
    }

    /// Runs `body`, which takes a part, in a session of a work database that has to be set up.
    ///
    /// - Throws: `CronmillError` if it is not set up, and for a part that the role does not have; what `body` throws.
    func inSetUp<Value: Sendable>(
        _ database: String,
        for part: RolePart,
        _ body: @Sendable (Session) throws -> Value
    ) async throws -> Value {
        try await inWork(database) { session in
            guard try WorkState.glance(session).isInstalled else { throw CronmillError.notSetUp(database) }
            do {
                return try part.needed(of: database, session) { try body(session) }
            } catch let error as PostgresError where Self.otherVersion.contains(error.sqlState) {
                throw CronmillError(
                    .failed,
                    error.message,
                    detail: "What is installed in database \"\(database)\" is of another version than this program.",
                    hint: "Bring it up to date: cronmill setup --database \(database.shellWord)",
                    database: database
                )
            }
        }
    }

    /// What a statement meets that is of another version than what is installed.
    private static let otherVersion: Set<SQLState?> = [.undefinedFunction, .undefinedTable, .undefinedColumn]

    /// Does something for each database, up to eight at once; a failure in one does not stop the others.
    ///
    /// - Returns: a result per database, in the order given.
    public func forEach<Value: Sendable>(
        _ databases: [String],
        _ body: @escaping @Sendable (String) async throws -> Value
    ) async -> [DatabaseResult<Value>] {
        await withTaskGroup(of: (Int, DatabaseResult<Value>).self) { group in
            var results: [Int: DatabaseResult<Value>] = [:]
            for (index, database) in databases.enumerated() {
                if index >= Self.connectionsAtOnce, let (done, result) = await group.next() {
                    results[done] = result
                }
                group.addTask {
                    do {
                        return (index, DatabaseResult(database: database, outcome: .success(try await body(database))))
                    } catch {
                        return (index, DatabaseResult(database: database, outcome: .failure(error)))
                    }
                }
            }
            for await (done, result) in group { results[done] = result }
            return results.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    static var connectionsAtOnce: Int { 8 }
}

/// What became of one database of several.
public struct DatabaseResult<Value: Sendable>: Sendable {
    /// The database.
    public let database: String
    /// The value, or the error of this database.
    public let outcome: Result<Value, any Error>

    package init(database: String, outcome: Result<Value, any Error>) {
        self.database = database
        self.outcome = outcome
    }
}

extension Result where Success: RangeReplaceableCollection {
    /// What was found; nothing where that failed, which is told elsewhere.
    var found: Success {
        switch self {
        case .success(let found): found
        case .failure: Success()
        }
    }
}

extension CronmillError {
    /// - Parameter known: names of those that are set up, where the name may be one of them misspelt.
    static func notSetUp(_ database: String, known: [String] = []) -> CronmillError {
        CronmillError(
            .failed,
            "database \"\(database)\" is not set up",
            hint: known.nearest(to: database).map { "Did you mean \"\($0)\"?" }
                ?? "cronmill setup --database \(database.shellWord)",
            database: database,
            sqlState: .undefinedObject
        )
    }
}

internal import Postgres

/// A lock in the cron database that keeps two of the same kind apart: a transaction's, which stays open on a connection of
/// its own for as long as the lock is held. A session's lock would stay behind with a pooler.
///
/// A restart of the server ends it.
actor AdvisoryLock {
    /// The second key of each; the first is that of all that is not a slot's.
    enum Kind: Sendable {
        case setup
        case migration
        /// Of tables of a work database. Two whose hashes are equal wait for each other, which does no harm.
        case takeOver(of: String)

        var key: Int {
            switch self {
            case .setup: 0
            case .migration: 2
            case .takeOver(let database):
                16 + database.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x3fff_ffff }
            }
        }
    }

    /// Who has it.
    struct Holder: Sendable, Hashable {
        let pid: Int
        let role: String?
        let application: String?
    }

    private let kind: Kind
    private let deployment: Deployment
    private var connection: Connection?

    init(_ kind: Kind, deployment: Deployment) {
        self.kind = kind
        self.deployment = deployment
    }

    /// Takes the lock, anew if it was taken before.
    ///
    /// - Parameters:
    ///   - limit: how long to wait for whoever has it; nil waits for ever.
    ///   - onWait: told once who has it, when that has taken two seconds.
    /// - Returns: whether it is taken.
    /// - Throws: `PostgresError`; `CancellationError`.
    func take(
        within limit: Duration? = nil,
        onWait: (Holder?) -> Void = { _ in }
    ) async throws -> Bool {
        await release()
        let connection = try await deployment.connectCron()
        self.connection = connection
        try await connection.run { session in
            // Between two of its statements this transaction has no snapshot, and holds up nobody.
            try session.openTransaction(.readCommitted)
            for setting in ["idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout"] {
                try session.execute(
                    """
                    select set_config(s.name, '0', true) from pg_settings as s where s.name = \(setting)
                    """
                )
            }
        }
        let start = ContinuousClock.now
        var isTold = false
        while true {
            let left = limit.map { max($0 - (.now - start), .milliseconds(1)) } ?? Self.longestStand
            let stand = min(left, Self.longestStand)
            let isTaken = try await connection.run { [kind] session in try Self.stand(session, for: kind, stand) }
            if isTaken { return true }
            let waited = ContinuousClock.now - start
            if let limit, waited >= limit { return false }
            if !isTold, waited >= .seconds(2) {
                isTold = true
                onWait(try await holder())
            }
        }
    }

    /// Whoever waits stands in the server's queue, in the order of coming; but has a snapshot, so not for ever.
    private static let longestStand = Duration.seconds(1)

    /// Who has the lock now, if it can be seen.
    ///
    /// - Throws: `PostgresError`.
    func holder() async throws -> Holder? {
        guard let connection else { return nil }
        return try await connection.query(
            """
            select l.pid, a.usename as role, a.application_name as application
            from pg_locks as l
            left join pg_stat_activity as a on a.pid = l.pid
            where l.locktype = 'advisory' and (l.classid, l.objid, l.objsubid) = (1668443502, \(kind.key), 2)
                and l.granted and l.database = (select d.oid from pg_database as d where d.datname = current_database())
            """
        ).first.map { try Holder(pid: $0.get("pid"), role: $0.get("role"), application: $0.get("application")) }
    }

    /// Takes the lock, or says who has it.
    ///
    /// - Parameter limit: the server may take a moment to notice that a client was killed.
    /// - Throws: `CronmillError` with the message if another has it; `PostgresError`.
    func take(
        within limit: Duration,
        orRefuse message: String,
        hint: String,
        database: String
    ) async throws {
        guard try await !take(within: limit) else { return }
        throw CronmillError(
            .failed,
            message,
            detail: try await holder().map { "Server process \($0.pid) holds its lock." },
            hint: hint,
            database: database
        )
    }

    func release() async {
        await connection?.close()
        connection = nil
    }
}

/// Runs `body` while a lock is held that `take` takes, and gives it back however that ends.
func holding<Value>(
    _ lock: AdvisoryLock,
    _ take: (AdvisoryLock) async throws -> Void,
    _ body: () async throws -> Value
) async throws -> Value {
    do {
        try await take(lock)
        let value = try await body()
        await lock.release()
        return value
    } catch {
        await lock.release()
        throw error
    }
}

extension Deployment {
    /// Holds off other set-ups of the instance while `body` goes: two at once would plan from the same state.
    ///
    /// - Throws: `PostgresError`; what `body` throws.
    public func whileSettingUp<Value>(_ body: () async throws -> Value) async throws -> Value {
        let (database, onWait) = (cronDatabase, onWait)
        return try await holding(AdvisoryLock(.setup, deployment: self)) { lock in
            _ = try await lock.take { onWait("waiting for another set-up of database \"\(database)\"\($0.told)") }
        } _: {
            try await body()
        }
    }

    /// Keeps other take-overs of a work database away while `body` goes: one that takes over, and one that gives back what
    /// it has, would each do half of it.
    ///
    /// - Throws: `CronmillError` if another goes already; what `body` throws.
    public func whileTakingOver<Value>(of database: String, _ body: () async throws -> Value) async throws -> Value {
        try await holding(AdvisoryLock(.takeOver(of: database), deployment: self)) { lock in
            try await lock.take(
                within: .seconds(3),
                orRefuse: "another take-over in database \"\(database)\", or the undoing of one, is going",
                hint: "Wait for it, and try again.",
                database: cronDatabase
            )
        } _: {
            try await body()
        }
    }
}

extension AdvisoryLock.Holder? {
    fileprivate var told: String {
        guard let self else { return "" }
        let (role, application) = (self.role.map { " of role \"\($0)\"" }, self.application.map { " (\($0))" })
        return ": server process \(self.pid)\(role ?? "")\(application ?? "") holds its lock"
    }
}

extension AdvisoryLock {
    /// Waits for the lock for at most so long; false if it was not to be had.
    private static func stand(_ session: Session, for kind: Kind, _ limit: Duration) throws(PostgresError) -> Bool {
        try session.execute("savepoint before_lock")
        do {
            try session.execute("select set_config('lock_timeout', \(limit.roundTripText), true)")
            try session.execute("select pg_advisory_xact_lock(1668443502, \(kind.key))")
            return true
        } catch {
            guard error.sqlState == .lockNotAvailable else { throw error }
            try session.execute("rollback to savepoint before_lock")
            return false
        }
    }
}

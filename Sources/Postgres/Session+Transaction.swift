internal import CLibpq

/// How a transaction is to be begun.
public enum TransactionMode: Sendable, Hashable {
    /// As the settings of role and database have it.
    case asSet
    /// Each statement sees what was committed before it, and it may write, whatever those settings are.
    case readCommitted
    /// One look at everything, which changes nothing.
    case snapshot

    fileprivate var statement: String {
        switch self {
        case .asSet: "begin"
        case .readCommitted: "begin isolation level read committed, read write"
        case .snapshot: "begin isolation level repeatable read, read only"
        }
    }
}

extension Session {
    /// Runs the body in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// Transactions do not nest; a `transaction` inside another one is refused.
    ///
    /// - Throws: what the body throws, also when rolling back fails in its turn. Where the body has caught an error of
    ///   a statement and returned, the server rolls back instead of committing, and that is an error with the SQLSTATE
    ///   25P02.
    public func transaction<R>(_ mode: TransactionMode = .asSet, _ body: () throws -> R) throws -> R {
        try openTransaction(mode)
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs the body in a transaction that is rolled back also when it returns: to see what would come of it.
    ///
    /// - Throws: as `transaction` does.
    package func tryOut<Value: Sendable>(_ body: () throws -> Value) throws -> Value {
        do {
            return try transaction { throw TriedOut(value: try body()) }
        } catch let done as TriedOut<Value> {
            return done.value
        }
    }

    /// Begins a transaction that stays open over several `run`s and ends with the connection, which rolls it back: for a
    /// lock that is held meanwhile.
    ///
    /// - Throws: the server's error.
    public func openTransaction(_ mode: TransactionMode = .asSet) throws(PostgresError) {
        guard !isInTransaction else {
            throw clientError("a transaction is open already, and transactions do not nest", "begin")
        }
        let text = ([mode.statement] + [settings?.statements].compactMap { $0 }).joined(separator: "; ")
        let began = try begin(text)
        defer { end(text, began) }
        guard PQsendQuery(handle, text) == 1 else { throw connectionError(text) }
        _ = try collect(text)
    }

    private func commit() throws(PostgresError) {
        let result = try result(of: "commit", "commit")
        guard result?.tag == "COMMIT" else {
            var error = clientError("the transaction was rolled back, because a statement in it had failed", "commit")
            error.sqlState = .inFailedSQLTransaction
            throw error
        }
    }

    /// Is not cancelled with the task, and does not throw: the error that led to it is the one to report.
    private func rollBack() {
        guard isInTransaction else { return }
        let began = ContinuousClock.now
        if PQsendQuery(handle, "rollback") == 1 {
            settle("rollback")
        }
        trace("rollback", began)
    }
}

/// Carries a value out of a transaction that is rolled back.
private struct TriedOut<Value: Sendable>: Error {
    let value: Value
}

internal import CLibpq

extension Session {
    /// Runs the body in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// Transactions do not nest; a `transaction` inside another one is refused.
    ///
    /// - Throws: what the body throws, also when rolling back fails in its turn. Where the body has caught an error of
    ///   a statement and returned, the server rolls back instead of committing, and that is an error with the SQLSTATE
    ///   25P02.
    public func transaction<R>(_ body: () throws -> R) throws -> R {
        guard !isInTransaction else {
            throw clientError("a transaction is open already, and transactions do not nest", "begin")
        }
        try execute("begin")
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollBack()
            throw error
        }
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

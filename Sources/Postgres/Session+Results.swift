internal import CLibpq

extension Session {
    /// Sends one statement so that no row comes that is beyond the limit: libpq would keep the whole of it before it could
    /// be seen how long it is.
    func sendBounded(_ sql: SQL, _ text: String) throws(PostgresError) {
        try send(sql, text, as: answerLimit?.bounding(text))
    }

    /// Has the answer to the statement just sent come row by row, where there is a limit to it: libpq would keep all of it
    /// before it gave any. Source: PostgreSQL manual, section 34.6, "Retrieving Query Results in Chunks".
    func askForSingleRows() {
        if answerLimit != nil { PQsetSingleRowMode(handle) }
    }

    /// The next result, with the rows that came one by one before it; nil at the end of an answer. Where the answer goes
    /// beyond the limit, the connection is ended and that is the error.
    func nextResult(_ text: String, _ error: inout PostgresError?) -> ServerResult? {
        var rows: [Row] = []
        var shape: RowShape?
        var left = answerLimit
        while let result = ServerResult(PQgetResult(handle)) {
            guard result.status == PGRES_SINGLE_TUPLE else {
                result.earlierRows = rows
                return result
            }
            // What was sent until the connection ended is not looked at.
            guard error == nil else { continue }
            let known = shape ?? result.shape(statement: text, database: database)
            shape = known
            let row = result.row(0, known)
            if left?.take(row) == false {
                rows = []
                error = tooLong(text)
                cancelHandle.abandon()
            } else {
                rows.append(row)
            }
        }
        return nil
    }

    /// The error of a statement, which is the limit's own where the server has refused a row for it.
    func boundedError(_ result: ServerResult, _ text: String) -> PostgresError {
        let error = serverError(result, text)
        guard error.sqlState == .programLimitExceeded, answerLimit?.bounding(text) != nil else { return error }
        return tooLong(text)
    }

    private func tooLong(_ text: String) -> PostgresError {
        var error = clientError("the database gives more than is read of it in answer to a statement", text)
        error.sqlState = .programLimitExceeded
        error.detail = answerLimit.map { limit in
            let rows = limit.rows == .max ? "" : ", or \(limit.rows) rows"
            return "That is \(limit.bytes >> 20) MB\(rows)."
        }
        error.hint = "Look who owns what is read there, and what it gives."
        return error
    }
}

internal import CLibpq

extension Session {
    /// Whether something stands between this and the server that gives each transaction a server process of its own
    /// choice: the process that answers is not the one that the connection was told of.
    ///
    /// - Throws: the server's error; kind `connection` when the connection is lost.
    public var isPooled: Bool {
        get throws(PostgresError) {
            if let answeredBy { return answeredBy != processID }
            let text = "select pg_catalog.pg_backend_pid()"
            let began = try begin(text)
            defer { end(text, began) }
            try send(text)
            let pid = try collect(text).last?.firstInteger
            answeredBy = pid
            return pid != processID
        }
    }

    /// Sends one statement behind the settings, in one message: until its end the server takes both for one transaction,
    /// which costs no time on the way. Source: PostgreSQL manual, section 34.5, "Pipeline Mode".
    func result(of sql: SQL, _ text: String, with settings: LocalSettings) throws(PostgresError) -> ServerResult? {
        for parameter in sql.parameters where parameter?.utf8.contains(0) == true {
            throw clientError("a parameter cannot contain a zero byte", text)
        }
        guard PQenterPipelineMode(handle) == 1 else { throw connectionError(text) }
        defer { PQexitPipelineMode(handle) }
        try send(settings.query)
        try sendBounded(sql, text)
        guard PQpipelineSync(handle) == 1 else { throw connectionError(text) }
        var (results, error) = settleOne(text)
        if error == nil {
            answeredBy = results.last?.firstInteger
            askForSingleRows()
            (results, error) = settleOne(text)
        } else {
            settleOne(text)
        }
        // The end of the message.
        _ = ServerResult(PQgetResult(handle))
        if let error { throw error }
        return results.last
    }

    /// Reads the answer to one statement of a pipeline. One behind another that failed has none of its own.
    @discardableResult
    private func settleOne(_ text: String) -> (results: [ServerResult], error: PostgresError?) {
        var results: [ServerResult] = []
        var error: PostgresError?
        while let result = nextResult(text, &error) {
            switch result.status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: results.append(result)
            case PGRES_PIPELINE_ABORTED: break
            default: error = error ?? boundedError(result, text)
            }
        }
        return (results, error)
    }
}

internal import CLibpq

/// The fields of an error or a notice, read from libpq's result (PostgreSQL manual, section 34.3.2, PQresultErrorField).
struct ServerFields {
    let result: OpaquePointer

    /// What a function raises may be 1 GB long, and what it raised is kept: so no more than the beginning of that.
    func text(_ field: Int32) -> String? {
        PQresultErrorField(result, field).map { ServerText.decoded($0, most: 1 << 20) }
    }

    /// What a function raises again with the hint it has caught has an empty one where there was none.
    private func textIfAny(_ field: Int32) -> String? {
        text(field).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The primary message, or for what libpq itself reports, its whole text.
    var message: String {
        text(PGDiagMessage) ?? PQresultErrorMessage(result).map { ServerText.decoded($0).trimmed } ?? ""
    }

    /// An error without a code is libpq's own: the connection is lost. libpq may still take it for good, where it could not
    /// send the statement because the server had gone, but found the server's last words to read.
    func error(database: String, statement: String) -> PostgresError {
        let sqlState = text(PGDiagSQLState).map { SQLState($0) }
        var error = PostgresError(
            kind: sqlState == nil ? .connection : .server,
            message: message,
            sqlState: sqlState,
            database: database,
            statement: statement
        )
        error.severity = text(PGDiagSeverity)
        error.detail = textIfAny(PGDiagDetail)
        error.hint = textIfAny(PGDiagHint)
        error.context = text(PGDiagContext)
        error.schema = text(PGDiagSchema)
        error.table = text(PGDiagTable)
        error.column = text(PGDiagColumn)
        error.dataType = text(PGDiagDataType)
        error.constraint = text(PGDiagConstraint)
        error.position = text(PGDiagPosition).flatMap { Int($0) }
        error.internalPosition = text(PGDiagInternalPosition).flatMap { Int($0) }
        error.internalQuery = text(PGDiagInternalQuery)
        return error
    }

    func notice(database: String?) -> Notice {
        var notice = Notice(
            severity: text(PGDiagSeverity) ?? "NOTICE",
            message: message,
            sqlState: text(PGDiagSQLState).map { SQLState($0) },
            database: database
        )
        notice.detail = textIfAny(PGDiagDetail)
        notice.hint = textIfAny(PGDiagHint)
        notice.context = text(PGDiagContext)
        notice.schema = text(PGDiagSchema)
        notice.table = text(PGDiagTable)
        notice.column = text(PGDiagColumn)
        notice.constraint = text(PGDiagConstraint)
        return notice
    }
}

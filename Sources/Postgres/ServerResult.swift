internal import CLibpq

/// A result of libpq and its lifetime.
final class ServerResult {
    let handle: OpaquePointer
    /// Rows that came one by one before it, whose answer it ends.
    var earlierRows: [Row] = []

    init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var status: ExecStatusType { PQresultStatus(handle) }

    /// The rows the command counted, 0 for a command that counts none.
    var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// The command tag, such as `COMMIT`.
    var tag: String { String(cString: PQcmdStatus(handle)) }

    /// The number in the first column of the first row.
    var firstInteger: Int32? {
        PQntuples(handle) > 0 ? value(row: 0, column: 0).flatMap { Int32($0) } : nil
    }

    func rows(statement: String, database: String) -> [Row] {
        let shape = shape(statement: statement, database: database)
        return earlierRows + (0..<PQntuples(handle)).map { row($0, shape) }
    }

    func shape(statement: String, database: String) -> RowShape {
        let columns = (0..<PQnfields(handle)).map { PQfname(handle, $0).map { ServerText.decoded($0) } ?? "" }
        return RowShape(columns: columns, statement: statement, database: database)
    }

    func row(_ row: Int32, _ shape: RowShape) -> Row {
        Row(shape: shape, values: (0..<PQnfields(handle)).map { value(row: row, column: $0) })
    }

    private func value(row: Int32, column: Int32) -> String? {
        guard PQgetisnull(handle, row, column) == 0, let bytes = PQgetvalue(handle, row, column) else { return nil }
        let length = Int(PQgetlength(handle, row, column))
        return bytes.withMemoryRebound(to: UInt8.self, capacity: length) { start in
            ServerText.decoded(UnsafeBufferPointer(start: start, count: length))
        }
    }
}

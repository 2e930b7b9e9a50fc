internal import CLibpq

extension Session {
    private static let copyOutChunk = 64 * 1024
    private static let copyInChunk = 16 * 1024 * 1024

    /// Sends the bytes for a `copy ... from stdin`, chunk by chunk until there is none.
    ///
    /// A chunk may end anywhere, also within a row.
    ///
    /// - Returns: the number of rows the server stored.
    /// - Throws: what `next` throws, after the server was told to give up; the server's error. The connection is usable
    ///   after both.
    public func copyIn(_ statement: SQL, from next: () throws -> [UInt8]?) throws -> Int {
        if settings != nil, !isInTransaction { return try transaction { try copyIn(statement, from: next) } }
        let text = statement.text
        let began = try begin(text)
        defer { end(text, began) }
        try send(statement, text)
        try enterCopy(PGRES_COPY_IN, "copy ... from stdin", text)
        do {
            while let chunk = try next() {
                guard cancellation?.isCancelled != true else { throw cancelled(text) }
                try put(chunk, text)
            }
        } catch {
            if PQputCopyEnd(handle, "\(error)") == 1 {
                settle(text)
            }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw connectionError(text) }
        return try collect(text).last?.affectedRows ?? 0
    }

    /// Receives the bytes of a `copy ... to stdout`, in chunks that end where a row ends.
    ///
    /// - Throws: what `sink` throws, after the statement was cancelled; the server's error. The connection is usable
    ///   after both.
    public func copyOut(_ statement: SQL, to sink: ([UInt8]) throws -> Void) throws {
        if settings != nil, !isInTransaction { return try transaction { try copyOut(statement, to: sink) } }
        let text = statement.text
        let began = try begin(text)
        defer { end(text, began) }
        try send(statement, text)
        try enterCopy(PGRES_COPY_OUT, "copy ... to stdout", text)
        do {
            var chunk: [UInt8] = []
            while let row = copyRow() {
                chunk.append(contentsOf: row)
                if chunk.count >= Self.copyOutChunk {
                    try sink(chunk)
                    chunk.removeAll(keepingCapacity: true)
                }
            }
            if !chunk.isEmpty {
                try sink(chunk)
            }
        } catch {
            cancelHandle.send()
            while copyRow() != nil {}
            settle(text)
            throw error
        }
        _ = try collect(text)
    }

    /// The next row of a COPY to the client; nil at its end and on an error, which the result that follows tells.
    func copyRow() -> [UInt8]? {
        var row: UnsafeMutablePointer<CChar>?
        let count = Int(PQgetCopyData(handle, &row, 0))
        defer { PQfreemem(row) }
        guard count > 0, let row else { return nil }
        return [UInt8](UnsafeRawBufferPointer(start: row, count: count))
    }

    private func put(_ chunk: [UInt8], _ text: String) throws(PostgresError) {
        for start in stride(from: 0, to: chunk.count, by: Self.copyInChunk) {
            let status = chunk[start..<min(start + Self.copyInChunk, chunk.count)].withUnsafeBytes { bytes in
                PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            }
            guard status == 1 else { throw connectionError(text) }
        }
    }

    private func enterCopy(_ status: ExecStatusType, _ expected: String, _ text: String) throws(PostgresError) {
        guard let result = ServerResult(PQgetResult(handle)) else { throw connectionError(text) }
        guard result.status != status else { return }
        _ = try collect(text, after: result)
        throw clientError("the statement is not a \(expected)", text)
    }
}

/// How much one statement may give before its answer is read no further.
///
/// Whoever owns what a statement reads decides how much that is, and all of it would be kept in memory. No answer that a
/// reader wants comes near a limit; who meets it has an error, and the connection is ended, because nothing else keeps the
/// server from sending.
public struct AnswerLimit: Sendable, Hashable {
    /// Bytes of its values, and 16 for each value, which is what an empty one takes.
    public var bytes: Int
    /// Rows.
    public var rows: Int

    /// A limit of bytes, and of rows where those are to be few.
    public init(bytes: Int, rows: Int = .max) {
        self.bytes = bytes
        self.rows = rows
    }

    /// Takes one row of what is left; false where there is not enough.
    mutating func take(_ row: Row) -> Bool {
        rows -= 1
        bytes -= row.values.reduce(0) { $0 + 16 + ($1?.utf8.count ?? 0) }
        return rows >= 0 && bytes >= 0
    }
}

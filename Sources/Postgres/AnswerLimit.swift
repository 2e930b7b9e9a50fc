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

    /// A statement that reads, with what refuses a row that is beyond the limit before it is sent; nil for other statements.
    ///
    /// A row as text has every value, and at most twice as many bytes for quotes, so nothing is refused that would be taken.
    /// What is refused is an error of the server's with the SQLSTATE 54000, which no function of the owner's is asked for.
    /// `offset 0` keeps the columns from being computed twice, and otherwise.
    func bounding(_ statement: String) -> String? {
        guard Self.isReading(statement) else { return nil }
        return """
            select answer_row.* from (select * from (
            \(statement)
            ) as answer offset 0) as answer_row
            where case
                when pg_catalog.pg_column_size(answer_row) operator(pg_catalog.>) \(2 * bytes)
                    or pg_catalog.octet_length(answer_row::pg_catalog.text) operator(pg_catalog.>) \(2 * bytes)
                then pg_catalog.repeat(pg_catalog.pg_column_size(answer_row)::pg_catalog.text, 2147483647) is null
                else true
            end
            """
    }

    /// Whether it is a query that can stand within another one: one that changes something can not.
    private static func isReading(_ statement: String) -> Bool {
        let words = statement.lowercased().split { !$0.isLetter }
        return words.first == "select" || words.first == "with" && !words.contains(where: Self.changing.contains)
    }

    private static let changing: Set<Substring> = ["insert", "update", "delete", "merge"]

    /// Takes one row of what is left; false where there is not enough.
    mutating func take(_ row: Row) -> Bool {
        rows -= 1
        bytes -= row.values.reduce(0) { $0 + 16 + ($1?.utf8.count ?? 0) }
        return rows >= 0 && bytes >= 0
    }
}

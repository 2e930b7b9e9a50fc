/// One row of a result.
public struct Row: Sendable {
    let shape: RowShape
    let values: [String?]

    /// The names of the columns in the order of the statement.
    public var columns: [String] { shape.columns }

    /// The text of a column as the server sent it; nil for a null and for a column that is not there.
    ///
    /// Where two columns have one name, this is the first.
    public subscript(column: String) -> String? {
        shape.index[column].flatMap { values[$0] }
    }

    /// Reads a column as a Swift value. A null needs an optional type.
    ///
    /// ```swift
    /// let tries: Int = try row.get("tries")
    /// let ended = try row.get("ended", as: String?.self)
    /// ```
    ///
    /// - Throws: a `PostgresError` of kind `client` when there is no such column, or its value is not of that type.
    public func get<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard let position = shape.index[column] else {
            throw shape.error("no column \"\(column)\" in the result; it has \(shape.columns.joined(separator: ", "))")
        }
        let text = values[position]
        guard let value = T(sqlText: text) else {
            let found = text.map { "\"\($0.prefix(80))\"" } ?? "null"
            throw shape.error("column \"\(column)\" is \(found), which is not a value of type \(type)")
        }
        return value
    }
}

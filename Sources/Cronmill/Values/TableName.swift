internal import Postgres

/// Schema and name of a table, as the catalog has them.
struct TableName: Sendable, Hashable {
    let schema: String
    let name: String

    /// Out of what the user typed.
    ///
    /// - Parameter option: the option that names the table.
    /// - Throws: `CronmillError` for a text that is no name, or one without a schema.
    init(_ text: String, option: String, _ session: Session) throws {
        let parts: [String]
        do {
            parts = try session.one("select parse_ident(\(text)) as parts").get("parts")
        } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
            throw CronmillError(.failed, "\"\(text)\" is not the name of a table", detail: error.detail)
        }
        guard parts.count == 2 else {
            throw CronmillError(
                .failed,
                "table \(text) is not schema-qualified",
                hint: "Name its schema: \(option) \("SCHEMA.\(text)".shellWord)"
            )
        }
        (schema, name) = (parts[0], parts[1])
    }
}

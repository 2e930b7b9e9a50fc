/// What the rows of one result have in common.
final class RowShape: Sendable {
    let columns: [String]
    let index: [String: Int]
    private let statement: String
    private let database: String

    init(columns: [String], statement: String, database: String) {
        self.columns = columns
        self.index = Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
        self.statement = statement
        self.database = database
    }

    func error(_ message: String) -> PostgresError {
        PostgresError(kind: .client, message: message, database: database, statement: statement)
    }
}

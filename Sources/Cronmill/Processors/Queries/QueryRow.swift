internal import Postgres

/// What a row of `cronmill.processor` has of a query processor.
struct QueryRow: Sendable, Hashable {
    /// Its table of results, quoted and schema-qualified.
    var table: String
    var layout: QueryRequest.Layout
    var resultLimit: Int?
    var overLimit: String
    var refreshAfter: String?

    static let columns: SQL = """
        p.result_table, p.result_layout, p.result_limit, p.over_limit,
        floor(extract(epoch from p.refresh_after) * 1000000)::bigint || ' microseconds' as refresh_after
        """

    /// Nil if the row is that of an ordinary processor.
    init?(_ row: Row) throws {
        guard let table = try row.get("result_table", as: String?.self) else { return nil }
        self.table = table
        self.layout = QueryRequest.Layout(rawValue: try row.get("result_layout")) ?? .cronmill
        self.resultLimit = try row.get("result_limit")
        self.overLimit = try row.get("over_limit")
        self.refreshAfter = try row.get("refresh_after")
    }

    /// A column's value as `ProcessorSetting.text` has it.
    func text(of column: String) -> String? {
        switch column {
        case "result_limit": resultLimit.map(String.init) ?? "none"
        case "over_limit": overLimit
        case "refresh_after": refreshAfter ?? "none"
        default: nil
        }
    }
}

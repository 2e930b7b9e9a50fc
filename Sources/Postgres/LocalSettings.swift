/// Settings that hold in every transaction of a session and are gone after it.
///
/// What is set for a session stays on the server's connection, and behind a pooler that is somebody else's next.
///
/// ```swift
/// LocalSettings(["search_path": "pg_catalog, pg_temp", "jit": "off"])
/// ```
public struct LocalSettings: Sendable, Hashable {
    private let values: [String: String]

    /// Takes names and values. A value is a list of identifiers or one word, as in a configuration file.
    public init(_ values: [String: String]) {
        self.values = values
    }

    /// What goes before the first statement of a transaction block. These take no snapshot, as a SELECT would: behind one
    /// the isolation level could not be chosen any more.
    var statements: String {
        sorted.map { "set local \(Identifier($0).quoted) = \($1)" }.joined(separator: "; ")
    }

    /// The same as one SELECT, which does not warn where there is no transaction block, and says which process answers.
    var query: String {
        let settings = sorted.map { "pg_catalog.set_config(\(Literal.quoted($0)), \(Literal.quoted($1)), true)" }
        return "select pg_catalog.pg_backend_pid(), \(settings.joined(separator: ", "))"
    }

    private var sorted: [(String, String)] { values.sorted { $0.key < $1.key } }
}

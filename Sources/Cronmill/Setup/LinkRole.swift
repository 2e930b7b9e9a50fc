internal import Postgres

/// The role a work database's link logs in as.
enum LinkRole {
    /// `cronmill link <database>`, cut to 63 bytes with a hash. The registry lets no two databases have the same.
    static func name(for database: String) -> String {
        let name = "cronmill link \(database)"
        guard name.utf8.count > 63 else { return name }
        let hash = String(SQLScript.fingerprint([SQL(unsafeRaw: database)]).suffix(16))
        var shortened = name
        while shortened.utf8.count > 63 - 17 { shortened.removeLast() }
        return "\(shortened)~\(hash)"
    }
}

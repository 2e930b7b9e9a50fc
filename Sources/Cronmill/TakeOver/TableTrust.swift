internal import Postgres
internal import SQLFiles

/// Whether a table can be read and changed without running what another role put there.
struct TableTrust {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// Refuses a table by which another role could act as the one connected: whoever owns it, its schema, a type of its
    /// columns, or a function that its checks or triggers call, or may put triggers on it, can have functions of theirs run
    /// by whoever reads and changes its rows, or put
    /// another table in its place. A role that may become the one connected gains nothing by that.
    ///
    /// - Parameters:
    ///   - table: quoted and schema-qualified.
    ///   - use: what happens to its rows.
    /// - Throws: `CronmillError` saying whose it is; `PostgresError`.
    func check(_ table: String, use: String = "moved") throws {
        if let row = try session.query(.tableStrangers(tableName: table)).first {
            let (what, owner, me): (String, String, String) = try (row.get("what"), row.get("owner"), row.get("me"))
            let isOwn = ["table", "schema", "type"].contains(what)
            let quotedName: String = try row.get("quoted_name")
            throw CronmillError(
                .failed,
                "\(what == "table" ? "table \(table)" : "\(what) \(quotedName) of table \(table)") belongs to role \"\(owner)\"",
                detail:
                    "Its rows are \(use) as role \"\(me)\", and so would be what that role lets triggers, types or casts do.",
                hint: "Connect as role \"\(owner)\", if Cronmill is set up by it; or, "
                    + (isOwn ? "with what grants it needs then: " : "when you have read what it does: ")
                    + "alter \(what) \(quotedName) owner to \(Identifier(me).quoted);",
                database: session.database
            )
        }
        if let row = try session.query(.tableGrantees(tableName: table)).first {
            let (grantee, privilege, me): (String?, String, String) = try (
                row.get("grantee"), row.get("privilege"), row.get("me")
            )
            let isTrigger = privilege == "trigger"
            throw CronmillError(
                .failed,
                "\(grantee.map { "role \"\($0)\"" } ?? "everybody") may \(isTrigger ? "put triggers on" : "make foreign keys to") "
                    + "table \(table)",
                detail:
                    "Its rows are \(use) as role \"\(me)\", and so would be what those \(isTrigger ? "triggers" : "keys") do.",
                hint: "revoke \(privilege) on \(table) from \(grantee.map { Identifier($0).quoted } ?? "public");",
                database: session.database
            )
        }
    }
}

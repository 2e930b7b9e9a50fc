internal import Postgres
internal import SQLFiles

/// Reads with the rights of a role that is trusted less than the one connected.
struct OwnerRights {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// The rows of a query that reads schema `cronmill`. Where that belongs to a role that is trusted less, a superuser has
    /// it read with that role's rights, and not with his own.
    ///
    /// `set role` would be no protection: whatever is read could reset it. PostgreSQL refuses that inside of a function
    /// that is security definer, also to set_config and to `reset`, however deep it is called from. So the query stands
    /// in a temporary function, made the owner's, that nobody else can see, in a transaction that is rolled back: with it go
    /// the function, settings that were changed, triggers that were deferred, and cursors and notifications. What comes
    /// out are values of PostgreSQL's own types, or an error. Not in a registry's database, whose functions ask who has
    /// logged in. PL/pgSQL looks at nothing in the query before it is run.
    ///
    /// - Parameter columns: names and types of the result; the function may return no others.
    /// - Throws: what `SchemaTrust` refuses, where it cannot be done so: for a role that is no superuser, on a standby, and
    ///   where an event trigger would run when the function is made.
    func query(_ sql: SQL, columns: SQL) throws -> [Row] {
        let refusal: PostgresError
        do {
            return try session.query(sql)
        } catch {
            guard error.kind == .client, error.sqlState == nil else { throw error }
            refusal = error
        }
        let rows: [Row]? = try session.withoutBeforeStatement {
            guard let owner = try untrustedOwner() else { return nil }
            return try readOnce(sql, as: owner, columns)
        }
        guard let rows else { throw refusal }
        return rows
    }

    private func untrustedOwner() throws -> String? {
        try session.query(.untrustedOwner).first?.get("owner")
    }

    /// The rows of a query that runs code which is not trusted, with a role's rights; see `query`.
    func readOnce(_ sql: SQL, as owner: String, _ columns: SQL) throws -> [Row] {
        var tag = "$cronmill$"
        while sql.script.contains(tag) { tag = "$x\(tag.dropFirst())" }
        let body = SQL(unsafeRaw: "\(tag)\nbegin\n    return query\n    \(sql.script);\nend\n\(tag)")
        return try session.tryOut {
            try session.script("set local statement_timeout = '30s'; set local lock_timeout = '5s'")
            try session.execute(
                """
                create function pg_temp.cronmill_look() returns setof pg_catalog.record
                language plpgsql volatile parallel unsafe security definer
                set search_path = pg_catalog, pg_temp
                as \(sql: body)
                """
            )
            try session.execute("alter function pg_temp.cronmill_look() owner to \(identifier: owner)")
            return try session.query("select l.* from pg_temp.cronmill_look() as l (\(sql: columns))")
        }
    }
}

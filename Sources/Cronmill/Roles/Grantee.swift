internal import Postgres

/// A role that is a monitor or an operator of a work database.
struct Grantee: Sendable, Hashable {
    let role: String
    let part: String

    /// The monitors and operators of the session's work database.
    static func all(_ session: Session) throws -> [Grantee] {
        try session.query(
            "select g.role_name, g.part from cronmill.grantee as g where g.queue_id is null order by 1, 2"
        ).map { try Grantee(role: $0.get("role_name"), part: $0.get("part")) }
    }

    /// Those whose role is there.
    static func existing(_ grantees: [Grantee], _ session: Session) throws -> [Grantee] {
        let names: Set<String> = Set(
            try session.query(
                "select r.rolname from pg_catalog.pg_roles as r where r.rolname = any (\(grantees.map(\.role)))"
            ).map { try $0.get("rolname") }
        )
        return grantees.filter { names.contains($0.role) }
    }
}

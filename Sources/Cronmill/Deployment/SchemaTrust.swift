internal import Glibc
internal import Postgres
internal import SQLFiles

/// Whether a session may touch what stands in our schemas.
///
/// Whoever reads a view, or calls a function, runs what its owner has written, as himself. So a role that can do more
/// than the roles to which our schemas of a database belong, a superuser above all, neither reads nor calls anything
/// there: their owner could do all that the role can. Every session of this library asks here before it sends a
/// statement that names one of the schemas.
///
/// The answer is read from the catalogs alone, and holds for the rest of the session: who is not trusted owns nothing
/// there and may neither create anything in the schemas nor put triggers or foreign keys on their tables, so there is
/// nothing he could change between the answer and the statement. It is otherwise with a schema that is not there, which
/// anybody may make who has CREATE on the database: there a statement that names an object in it is not sent.
///
/// Membership does not count as trust: whoever administers a role may grant it to another.
final class SchemaTrust {
    /// What stands for the role in the hint: `DB_USER` or `PG_CRON_USER`.
    let userVariable: String
    private var present: Set<String> = []
    private var isPassing = false

    init(userVariable: String) {
        self.userVariable = userVariable
    }

    /// `cronmill_run_as` is none of them: its functions belong to the run-as roles, and only the registry calls them.
    static let schemas = standing + ["cronmill_migration"]

    /// Those that are looked at for every statement. That of a move is there for a while only, and whoever may create
    /// schemas could make one of that name: it counts where a statement names it.
    private static let standing = ["cronmill", "cronmill_processor", "cronmill_cron"]

    /// Asks before each statement of the session from now on, whatever another has found out before.
    func guards(_ session: Session) {
        session.beforeStatement = check
    }

    /// Refuses a statement that would touch what belongs to a role that is trusted less than the one connected.
    func check(_ session: Session, _ text: String) throws(PostgresError) {
        // What was found in a transaction may have been made by it, and be gone with it.
        if isPassing, !session.isInTransaction { (present, isPassing) = ([], false) }
        guard let named = Self.named(in: text) else { return }
        guard present.isEmpty || !present.isSuperset(of: named) else { return }
        let (found, stranger) = try Self.look(session, named)
        if let stranger { throw refusal(stranger, session) }
        // Functions of the registry name a schema of work databases, which need not be here.
        if let absent = named.first, found.isDisjoint(with: named) {
            throw PostgresError(
                kind: .server,
                message: "schema \"\(absent)\" does not exist",
                sqlState: .invalidSchemaName,
                database: session.database,
                statement: text
            )
        }
        (present, isPassing) = (found, session.isInTransaction)
    }

    /// The schemas of which a statement names an object, in order; nil if it says nothing of any. In a literal it is the
    /// name of a setting, or one that is looked up, and nothing is touched by that.
    static func named(in text: String) -> [String]? {
        let bytes = Array(text.utf8)
        var found: Set<String> = []
        var isSpokenOf = false
        var index = 0
        while let next = bytes.place(of: "cronmill", from: index) {
            index = next
            isSpokenOf = true
            let start = index
            while index < bytes.count, bytes[index].isInName { index += 1 }
            let end = index
            if index < bytes.count, bytes[index] == UInt8(ascii: "\"") { index += 1 }
            let isQualifier = index < bytes.count && bytes[index] == UInt8(ascii: ".")
            if isQualifier, start == 0 || bytes[start - 1] != UInt8(ascii: "'") {
                found.insert(String(decoding: bytes[start..<end], as: UTF8.self))
            }
        }
        return isSpokenOf ? schemas.filter(found.contains) : nil
    }

    /// A role that is trusted less, and what it has in our schemas.
    struct Stranger {
        /// Nil is everybody.
        let role: String?
        let object: String
        /// What the role may do; nil if it owns the object.
        let privilege: String?
        let me: String
    }

    /// The schemas that are there, and whoever has something in one of them without being trusted.
    static func look(
        _ session: Session,
        _ named: [String]
    ) throws(PostgresError) -> (present: Set<String>, stranger: Stranger?) {
        let schemas = standing + named.filter { !standing.contains($0) }
        let doubts = try session.query(.schemaDoubt(schemas: schemas, powers: .rolePowers))
        guard let doubt = doubts.first else { return ([], nil) }
        let present = Set(try doubt.get("present", as: [String].self))
        guard try doubt.get("is_doubtful") else { return (present, nil) }
        let strangers = try session.query(.schemaTrust(schemas: schemas, powers: .rolePowers))
        guard let row = strangers.first else { return (present, nil) }
        return try (
            present,
            Stranger(
                role: row.get("role"),
                object: row.get("object"),
                privilege: row.get("privilege"),
                me: row.get("me")
            )
        )
    }

    private func refusal(_ stranger: Stranger, _ session: Session) -> PostgresError {
        let database = "database \"\(session.database)\""
        let role = stranger.role.map { "role \"\($0)\"" } ?? "everybody"
        var error = PostgresError(kind: .client, message: "", database: session.database)
        if let privilege = stranger.privilege?.lowercased() {
            error.message = "\(role) has the privilege \(privilege) on \(stranger.object) of \(database)"
        } else {
            error.message = "\(stranger.object) of \(database) belongs to \(role)"
        }
        error.detail =
            "Role \"\(stranger.me)\" may do more, and what it reads or calls there would act with its rights; so "
            + "nothing was read or called."
        if let privilege = stranger.privilege?.lowercased() {
            let grantee = stranger.role.map { Identifier($0).quoted } ?? "public"
            error.hint = "revoke \(privilege) on \(stranger.object) from \(grantee);"
        } else if let owner = stranger.role {
            error.hint = "Connect as that role: \(userVariable)=\(owner.shellWord)"
        }
        return error
    }
}

extension UInt8 {
    fileprivate var isInName: Bool {
        self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
    }
}

extension [UInt8] {
    /// Where a word begins next; nil if nowhere.
    fileprivate func place(of word: StaticString, from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = start
            while index + word.utf8CodeUnitCount <= bytes.count {
                guard let found = memchr(base + index, Int32(word.utf8Start[0]), bytes.count - index) else {
                    return nil
                }
                index = base.distance(to: found)
                guard index + word.utf8CodeUnitCount <= bytes.count else { return nil }
                if memcmp(found, word.utf8Start, word.utf8CodeUnitCount) == 0 { return index }
                index += 1
            }
            return nil
        }
    }
}

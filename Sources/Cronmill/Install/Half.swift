internal import Postgres
internal import SQLFiles

/// One half as this program installs it: tables once, routines again with every change.
struct Half: Sendable {
    let script: SQLScript
    /// Functions, views and triggers.
    let routines: [SQL]
    /// Tells this version of the files from others.
    let fingerprint: String

    var schema: String { script.schema }

    private init(_ script: SQLScript, _ routines: [SQL]) {
        (self.script, self.routines) = (script, routines)
        fingerprint = SQLScript.fingerprint(script.tables + routines)
    }

    /// The registry.
    static func cron(_ files: [SQLFile]) throws -> Half {
        let script = try SQLScript(folder: "cron", of: files)
        return Half(script, script.routines)
    }

    /// A work database's.
    static func work(_ files: [SQLFile], isLinked: Bool) throws -> Half {
        let script = try SQLScript(folder: "work", of: files)
        // How the registry is reached.
        let folder = "work/\(isLinked ? "linked" : "direct")/"
        let senders = files.filter { $0.path.hasPrefix(folder) && !LinkRole.tables.contains($0.path) }
        return Half(script, script.routines + senders.map { SQL(unsafeRaw: $0.text) })
    }

    /// Notes what is installed now, by which a later look finds what was changed since.
    var mark: SQL {
        """
        update \(identifier: [schema, "installation"])
        set fingerprint = concat(\(literal: fingerprint)::text, ' ', (\(sql: Self.digest(of: schema))))
        """
    }

    /// A query that gives a hash of the functions, views and triggers of a schema.
    static func digest(of schema: String) -> SQL {
        """
        select md5(coalesce(string_agg(d.definition, e'\\n' order by d.kind, d.name collate "C"), ''))
        from (\(sql: .definitions(schema: schema))) as d
        """
    }
}

/// What is installed of a half.
struct InstalledHalf: Sendable {
    /// Version of the tables.
    var version: Int
    /// Of the files last installed.
    var fingerprint: String
    /// Whether functions, views and triggers are still as they were installed.
    var isWhole: Bool

    /// Whether it is what this program would install.
    func isCurrent(_ half: Half) -> Bool {
        version == half.script.version && fingerprint == half.fingerprint && isWhole
    }

    /// - Parameter isStrict: whether the tables have to be those of their version, as for installing.
    /// - Throws: `CronmillError` for tables this program does not know.
    init(_ script: SQLScript, isStrict: Bool, _ session: Session) throws {
        version = try script.installedVersion(isStrict: isStrict, session)
        let row = try session.one(
            """
            select
                split_part(i.fingerprint, ' ', 1) as fingerprint,
                split_part(i.fingerprint, ' ', 2) = (\(sql: Half.digest(of: script.schema))) as is_whole
            from \(identifier: [script.schema, "installation"]) as i
            """
        )
        fingerprint = try row.get("fingerprint")
        isWhole = try row.get("is_whole")
    }
}

extension Plan {
    /// Brings a half that is installed up to date: its tables, then its routines.
    ///
    /// - Parameter dropsFirst: whether routines cannot be replaced as they are.
    mutating func renew(_ half: Half, _ installed: InstalledHalf, dropsFirst: Bool, in database: String) {
        upgrade(half.script, from: installed.version, in: database)
        let privileges: SQL = "select \(identifier: [half.schema, "renew_privileges"])()"
        add(
            "renew the functions of \(half.schema == "cronmill" ? "the work database" : "the registry")",
            in: database,
            statements: (dropsFirst ? [.dropDefinitions(schema: half.schema)] : []) + half.routines
                + [.dropStaleRoutines(schema: half.schema), privileges, half.mark]
        )
    }
}

extension Half {
    /// Whether routines of a half that is installed have to be dropped before they can be made anew: the type of a
    /// result, or a view's columns, are others. What else is in the way is said when it is done.
    func mustDrop(_ installed: InstalledHalf, _ session: Session) throws -> Bool {
        guard !installed.isCurrent(self) else { return false }
        var plan = Plan()
        plan.renew(self, installed, dropsFirst: false, in: session.database)
        do {
            try session.tryOut { try plan.steps.perform(session) }
            return false
        } catch let error as PostgresError {
            return ["42P13", "42P16", "42809"].contains(error.sqlState)
        }
    }

    /// The functions, views and triggers of a half that are not as its files have them, a sentence each.
    func changesByHand(dropsFirst: Bool, _ session: Session) throws -> [String] {
        func definitions() throws -> [String: (text: String, isNew: Bool)] {
            var all: [String: (text: String, isNew: Bool)] = [:]
            for row in try session.query(.definitions(schema: schema)) {
                all["\(try row.get("kind", as: String.self)) \(try row.get("name", as: String.self))"] =
                    (try row.get("definition"), try row.get("is_new"))
            }
            return all
        }
        let before = try definitions()
        let after = try session.tryOut {
            for statement in (dropsFirst ? [.dropDefinitions(schema: schema)] : []) + routines {
                try session.perform(statement)
            }
            return try definitions()
        }
        let names = Set(before.keys).union(after.keys).sorted()
        return names.compactMap { name in
            guard let wanted = after[name], wanted.isNew else { return "\(name) is none of cronmill's" }
            guard let found = before[name] else { return "\(name) is gone" }
            return found.text == wanted.text ? nil : "\(name) is not as it was installed"
        }
    }
}

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

    /// Functions, views and triggers of a schema, as the catalog has them: kind, name, definition.
    static func definitions(in schema: String) -> SQL {
        """
        select 'routine' as kind, p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition,
            coalesce(p.xmin::text::bigint = pg_current_xact_id_if_assigned()::text::bigint % 4294967296, false) as is_new
        from pg_catalog.pg_proc as p
        where p.pronamespace = \(literal: schema)::regnamespace and p.prokind in ('f', 'p')
        union all
        select 'view', c.oid::regclass::text, concat(pg_get_viewdef(c.oid), c.reloptions::text), true
        from pg_catalog.pg_class as c
        where c.relnamespace = \(literal: schema)::regnamespace and c.relkind = 'v'
        union all
        select 'trigger', concat(quote_ident(t.tgname), ' of ', c.oid::regclass), concat(pg_get_triggerdef(t.oid), t.tgenabled), true
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where c.relnamespace = \(literal: schema)::regnamespace and not t.tgisinternal
        """
    }

    /// A query that gives a hash of them.
    static func digest(of schema: String) -> SQL {
        """
        select md5(coalesce(string_agg(d.definition, e'\\n' order by d.kind, d.name collate "C"), ''))
        from (\(sql: definitions(in: schema))) as d
        """
    }

    /// Drops all of them, so that they can be made with other types of results or other columns. Whatever else depends
    /// on one of them stands in the way, and the error names it.
    static func dropAll(in schema: String) -> SQL {
        """
        do $$
        declare
            one record;
            names text;
        begin
            for one in
                select t.tgname, t.tgrelid::regclass as place
                from pg_catalog.pg_trigger as t
                join pg_catalog.pg_class as c on c.oid = t.tgrelid
                where c.relnamespace = \(literal: schema)::regnamespace and not t.tgisinternal
            loop
                execute pg_catalog.format('drop trigger %I on %s', one.tgname, one.place);
            end loop;
            select string_agg(c.oid::regclass::text, ', ') into names
            from pg_catalog.pg_class as c
            where c.relnamespace = \(literal: schema)::regnamespace and c.relkind = 'v';
            if names is not null then
                execute pg_catalog.format('drop view %s', names);
            end if;
            select string_agg(p.oid::regprocedure::text, ', ') into names
            from pg_catalog.pg_proc as p
            where p.pronamespace = \(literal: schema)::regnamespace;
            if names is not null then
                execute pg_catalog.format('drop routine %s', names);
            end if;
        end $$
        """
    }

    /// Drops the routines of a schema that the transaction has not made or renewed: those of an older version whose
    /// parameters or names have changed. One that something else depends on is left, with a warning.
    static func dropStale(in schema: String) -> SQL {
        """
        do $$
        declare
            stale text;
        begin
            for stale in
                select p.oid::regprocedure from pg_catalog.pg_proc as p
                where p.pronamespace = \(literal: schema)::regnamespace
                    and p.xmin::text::bigint <> pg_catalog.pg_current_xact_id()::text::bigint % 4294967296
            loop
                begin
                    execute pg_catalog.format('drop routine %s', stale);
                exception when dependent_objects_still_exist then
                    raise warning 'routine % is of an older version and is left: something depends on it', stale;
                end;
            end loop;
        end $$
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
            statements: (dropsFirst ? [Half.dropAll(in: half.schema)] : []) + half.routines
                + [Half.dropStale(in: half.schema), privileges, half.mark]
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
            for row in try session.query(Half.definitions(in: schema)) {
                all["\(try row.get("kind", as: String.self)) \(try row.get("name", as: String.self))"] =
                    (try row.get("definition"), try row.get("is_new"))
            }
            return all
        }
        let before = try definitions()
        let after = try session.tryOut {
            for statement in (dropsFirst ? [Half.dropAll(in: schema)] : []) + routines {
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

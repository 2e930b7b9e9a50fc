internal import Postgres

/// The statements that give privileges: what check-permissions lists and what the hint of a refusal says are the same.
extension Remedy {
    /// `grant <target> to <role>`.
    static func grant(
        _ target: String,
        to role: String,
        in database: String,
        by executor: Executor = .superuser
    ) -> Remedy {
        .grant("grant \(target) to \(Identifier(role).quoted);", in: database, by: executor)
    }

    /// Lets an installer make the roles of links.
    static func creatingRoles(by role: String, in database: String) -> Remedy {
        .grant("alter role \(Identifier(role).quoted) createrole;", in: database, by: .superuser)
    }

    /// Lets an installer make the server of a link.
    static func usingWrapper(by role: String, in database: String) -> Remedy {
        .grant("usage on foreign data wrapper postgres_fdw", to: role, in: database)
    }

    static func creating(extension name: String, in database: String) -> Remedy {
        Remedy(sql: "create extension \(Identifier(name).quoted);", database: database, executor: .superuser)
    }
}

extension Session {
    /// What gives the privilege whose lack has ended a transaction of ours, and which this session still lacks; nil for
    /// one that setup does not need.
    ///
    /// The message is in the language of `lc_messages`, and no field of the error names the object. So this asks for what
    /// the role lacks here, and takes of it what the message names; of several the longest name.
    func remedy(for error: PostgresError) throws -> Remedy? {
        var lacks: [(name: String, target: String, kind: String)] = []
        for row in try query(Self.lackedPrivileges) {
            lacks.append(try (row.get("name"), row.get("target"), row.get("kind")))
        }
        let role: String = try one("select current_user as me").get("me")
        let named = lacks.filter { $0.kind != "role" && error.message.names($0.name) }
        guard let lack = named.max(by: { $0.name.utf8.count < $1.name.utf8.count }) else {
            let makesRole = error.statement?.contains("create role") == true && lacks.contains { $0.kind == "role" }
            return makesRole ? .creatingRoles(by: role, in: database) : nil
        }
        switch lack.kind {
        case "extension":
            var remedy = Remedy.creating(extension: lack.name, in: database)
            if lack.name == "postgres_fdw" { remedy.sql += " " + Remedy.usingWrapper(by: role, in: database).sql }
            return remedy
        default: return .grant(lack.target, to: role, in: database)
        }
    }

    /// What the role may not do here of all that setup can need: the name by which an error knows it, and what is granted.
    private static var lackedPrivileges: SQL {
        """
        select 'extension' as kind, e.name::text as name, '' as target
        from pg_catalog.pg_available_extensions as e
        where e.name in ('pg_cron', 'postgres_fdw') and e.installed_version is null
        union all
        select 'grant', w.fdwname, 'usage on foreign data wrapper ' || quote_ident(w.fdwname)
        from pg_catalog.pg_foreign_data_wrapper as w
        where w.fdwname = 'postgres_fdw' and not has_foreign_data_wrapper_privilege(w.oid, 'usage')
        union all
        select 'grant', p.proname, format('execute on function cron.%I(%s)', p.proname, oidvectortypes(p.proargtypes))
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
            and not has_function_privilege(p.oid, 'execute')
        union all
        select 'grant', d.datname, 'create on database ' || quote_ident(d.datname)
        from pg_catalog.pg_database as d
        where d.datname = current_database() and not has_database_privilege(d.oid, 'create')
        union all
        select 'grant', n.nspname, 'usage on schema ' || quote_ident(n.nspname)
        from pg_catalog.pg_namespace as n
        where not has_schema_privilege(n.oid, 'usage')
        union all
        select 'grant', r.rolname, quote_ident(r.rolname)
        from pg_catalog.pg_roles as r
        where not pg_has_role(r.oid, 'member')
        union all
        select 'role', '', ''
        from pg_catalog.pg_roles as r
        where r.rolname = current_user and not r.rolcreaterole and not r.rolsuper
        """
    }

    /// Whether it is the right to change processors that an error says is missing.
    func lacksOperator(_ error: PostgresError) throws -> Bool {
        try error.message.names("processor")
            && one(
                """
                select coalesce(not has_any_column_privilege(to_regclass('cronmill.processor')::oid, 'update'), false)
                    as is_missing
                """
            ).get("is_missing")
    }
}

extension String {
    /// Whether a name stands in it as a word of its own.
    func names(_ name: String) -> Bool {
        let isPart = { (character: Character) in character.isLetter || character.isNumber || character == "_" }
        return !name.isEmpty
            && ranges(of: name).contains { range in
                !(range.lowerBound > startIndex && isPart(self[index(before: range.lowerBound)]))
                    && !(range.upperBound < endIndex && isPart(self[range.upperBound]))
            }
    }
}
